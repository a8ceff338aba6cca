"""Messages: sent once, to an address that may be asked, and never with the webhook's path in an error."""

import json

import pytest
from servers.processes import free_port
from servers.web_server import Page, WebServer

from pegbar.errors import ServiceError
from pegbar.web import WebSettings, post_json

OURS = WebSettings(allowed_hosts=("127.0.0.1",), post_seconds=0.5)


def test_a_message_arrives_whole_and_past_every_proxy(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    server.pages["/hook"] = Page(status=204)
    post_json(f"{server.url}/hook?token=1", {"text": "Ünïcode ✓", "count": 3}, OURS)
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/hook?token=1", "application/json")
    assert json.loads(asked.body) == {"text": "Ünïcode ✓", "count": 3}


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Page(status=500), "answered 500"),
        (Page(status=307, headers={"Location": "/elsewhere"}), "redirects a message"),
        (Page(b"slow" * 100, drips=True), ""),
    ],
)
def test_a_message_that_is_not_taken_names_the_host_alone(server: WebServer, page: Page, why: str) -> None:
    server.pages["/secret"] = page
    if why:
        with pytest.raises(ServiceError, match=why) as caught:
            post_json(f"{server.url}/secret", {}, OURS)
        assert "secret" not in str(caught.value)
    else:
        patient = OURS.but(post_seconds=10.0)  # the rest drips for longer; nobody waits for it
        post_json(f"{server.url}/secret", {}, patient)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/secret", "secret", "http://me:secret@127.0.0.1/", "http://127.0.0.1:{port}/secret"]
)
def test_an_address_that_cannot_be_asked_is_a_service_error(url: str) -> None:
    with pytest.raises(ServiceError) as caught:
        post_json(url.format(port=free_port()), {}, OURS)
    assert "secret" not in str(caught.value)


def test_this_machine_is_not_asked_unless_that_is_allowed(server: WebServer) -> None:
    with pytest.raises(ServiceError, match="not a public address") as caught:
        post_json(f"{server.url}/hook", {}, WebSettings())
    assert "web.allowed_hosts" in caught.value.remedy
    assert server.asked == []
