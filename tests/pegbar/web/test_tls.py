"""Encrypted connections: only to servers whose certificate holds, and never down to a plain one."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from servers.web_server import Page, WebServer, web_server

from pegbar.errors import InputError, ServiceError
from pegbar.parted_file import parted_file
from pegbar.web import Wanted, WebSettings, download
from pegbar.web.exchange import trusted

OURS = WebSettings(allowed_hosts=("127.0.0.1", "localhost"), max_attempts=1, idle_seconds=5.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "films")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "films.pem"
    form = serialization.Encoding.PEM
    secret = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(form))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[WebServer]:
    with web_server(certificate) as running:
        running.pages["/film.mp4"] = Page(b"a film")
        yield running


@pytest.fixture
def is_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the certificate among those that are trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusted.cache_clear()
    yield
    trusted.cache_clear()


def fetch(url: str, folder: Path, settings: WebSettings = OURS) -> bytes:
    with parted_file(folder) as parts:
        download(url, parts, settings, Wanted(lambda _: False, lambda _, __: None))
        return parts.path.read_bytes()


@pytest.mark.usefixtures("is_trusted")
def test_a_server_that_is_trusted_is_asked_by_its_own_name_alone(server: WebServer, tmp_path: Path) -> None:
    assert fetch(f"{server.url}/film.mp4", tmp_path / "film") == b"a film"
    with pytest.raises(ServiceError, match="certificate is not valid for 'localhost'"):
        fetch(f"{server.url}/film.mp4".replace("127.0.0.1", "localhost"), tmp_path / "film")
    assert len(server.asked) == 1


def test_a_server_that_nobody_trusts_is_told_nothing(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="certificate verify failed"):
        fetch(f"{server.url}/film.mp4?token=secret", tmp_path / "film")
    assert server.asked == []


@pytest.mark.usefixtures("is_trusted")
def test_a_redirect_to_a_plain_address_is_refused(server: WebServer, tmp_path: Path) -> None:
    with web_server() as plain:
        server.pages["/film.mp4"] = Page(status=302, headers={"Location": f"{plain.url}/film.mp4"})
        with pytest.raises(InputError, match="redirects from https to http"):
            fetch(f"{server.url}/film.mp4", tmp_path / "film")
        assert plain.asked == []


@pytest.mark.usefixtures("is_trusted")
def test_encryption_does_not_outlast_the_time_that_is_allowed(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(b"a film" * 99, drips=True)
    with pytest.raises(ServiceError, match="in the time that is allowed"):
        fetch(f"{server.url}/film.mp4", tmp_path / "film", OURS.but(max_download_seconds=0.5))
