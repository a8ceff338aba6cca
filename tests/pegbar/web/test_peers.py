"""Who may be asked: the address that a name really has, whatever the name, the URL or a redirect says."""

import socket
from typing import Any

import pytest

from pegbar.errors import ConfigurationError, InputError
from pegbar.web import WebSettings, web_address
from pegbar.web.peers import connect, may_reach

PUBLIC = WebSettings()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001:0:1::", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not may_reach("films.example.org", address, PUBLIC)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_what_is_public_is_not(address: str) -> None:
    assert may_reach("films.example.org", address, PUBLIC)


@pytest.mark.parametrize(
    ("host", "address", "expected"),
    [
        ("films.lan", "10.9.9.9", True),  # allowed by its name
        ("films.lan", "169.254.169.254", False),  # but not as a way to the machine's own secrets
        ("other.lan", "10.9.9.9", False),
        ("other.lan", "10.2.3.4", True),  # allowed by its network
        ("other.lan", "::ffff:10.2.3.4", False),
    ],
)
def test_a_studio_allows_hosts_and_networks_of_its_own(host: str, address: str, expected: bool) -> None:
    settings = WebSettings(allowed_hosts=("Films.LAN", "10.2.0.0/16"))
    assert may_reach(host, address, settings) is expected


@pytest.mark.parametrize("host", ["http://films.lan", "films.lan:80", "*.lan", "", "10.2.0.1/16"])
def test_an_allowed_host_is_a_host(host: str) -> None:
    with pytest.raises(ConfigurationError, match="host name, address or network"):
        WebSettings().but(allowed_hosts=(host,))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]", "[::1]"])
def test_no_spelling_of_this_machine_passes(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        address = web_address(f"http://{host}:{listener.getsockname()[1]}/")
        with pytest.raises(InputError, match="not a public address"):
            connect(address.host, address.port, PUBLIC)
        with pytest.raises(BlockingIOError):
            listener.accept()  # not even a connection was made


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that is looked at is the one that is connected to, and the peer is looked at again."""
    answers = ["8.8.8.8", "127.0.0.1"]
    asked: list[Any] = []

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: asked.append(address))
    monkeypatch.setattr(socket.socket, "getpeername", lambda self: ("127.0.0.1", 80))
    with pytest.raises(InputError, match="is at 127.0.0.1"):
        connect("rebinding.example.org", 80, PUBLIC)
    assert asked == [("8.8.8.8", 80)]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "neither http nor https"),
        ("gopher://example.org/", "neither http nor https"),
        ("//example.org/film.mp4", "neither http nor https"),
        ("https://me:secret@example.org/", "user or password"),
        ("https://secret@example.org/", "user or password"),
        ("https:///film.mp4", "names no host"),
        ("https://exa mple.org/", "names no host"),
        ("https://example.org:99999/", "cannot|no host name and port"),
        ("https://example.org:0/", "names no host"),
        ("https://[::1/", "no host name and port"),
        ("https://example.org/\nHost: other", "control characters"),
        ("https://example.org/" + "a" * 5000, "too long"),
        ("https://" + "ä" * 80 + ".org/", "no host name and port"),
    ],
)
def test_what_is_no_url_is_refused_without_its_secrets(url: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        web_address(url)
    assert "secret" not in str(caught.value)


def test_a_url_is_taken_apart_as_a_server_wants_it() -> None:
    address = web_address("HTTPS://Films.Bücher.example:8443/a b/ä%20?q=ü&r=1#part")
    assert (address.scheme, address.host) == ("https", "films.xn--bcher-kva.example")
    assert address.authority == "films.xn--bcher-kva.example:8443"
    assert address.target == "/a%20b/%C3%A4%20?q=%C3%BC&r=1"
    assert web_address("http://[2606:4700::1111]/").authority == "[2606:4700::1111]"
