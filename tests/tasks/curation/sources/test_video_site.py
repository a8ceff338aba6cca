"""Films of video sites, by the real yt-dlp against a server on loopback: ids, licences, bounds, and no way around."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.web_server import Page, WebServer, web_server
from taken_films import LOOPBACK, film_bytes, reasons, take

from pegbar.digests import digest_bytes
from pegbar.errors import MissingExtraError
from pegbar.web import WebSettings
from tasks.curation.sources import site_download

pytest.importorskip("yt_dlp")

FILM = film_bytes()
VIDEO = {"Content-Type": "video/mp4"}
QUICKLY = LOOPBACK.but(max_attempts=1)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        running.pages["/watch"] = Page(
            b'<html><head><title>x</title></head><body><video src="/film.mp4"></video></body></html>',
            headers={"Content-Type": "text/html"},
        )
        running.pages["/film.mp4"] = Page(FILM, headers=VIDEO)
        yield running


def test_a_page_gives_its_film_under_no_licence(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text(
        f"source,licence,source_id\nytdlp+{server.url}/watch?v=1,,\nytdlp+{server.url}/film.mp4,CC0-1.0,mine\n"
    )
    (film,) = take(tmp_path / "home", f"ytdlp+{server.url}/watch?v=1", licence="CC-BY-4.0", web=QUICKLY)
    assert (film.source, film.licence, film.sha256) == (f"{server.url}/watch", "unknown", digest_bytes(FILM))
    first, second = take(tmp_path / "home", tmp_path / "films.csv", licence="CC-BY-4.0", web=QUICKLY)
    assert (first.licence, second.licence, second.source) == ("unknown", "CC0-1.0", "mine")
    assert not list((tmp_path / "home" / "scratch" / "ingest").rglob("film*"))


def test_an_id_of_youtube_is_kept_and_fetched_once(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """YouTube itself is not reached: its pages are those of a server here, to which only the address differs."""
    download = site_download.download_video
    asked: list[str] = []

    def elsewhere(url: str, folder: Path, max_height: int, web: WebSettings) -> Path:
        asked.append(url)
        return download(f"{server.url}/watch", folder, max_height, web)

    monkeypatch.setattr(site_download, "download_video", elsewhere)
    sources = ("youtube:dQw4w9WgXcQ", "ytdlp+https://youtu.be/dQw4w9WgXcQ?t=1", "youtube:short")
    for _ in range(2):
        films = take(tmp_path / "home", *sources, web=QUICKLY)
        assert (films[0].source, films[0].size_bytes) == ("youtube:dQw4w9WgXcQ", len(FILM))
        told = reasons(films)
        assert told["youtube:dQw4w9WgXcQ"] == ("rejected", "the same bytes as youtube:dQw4w9WgXcQ")  # the later one
        assert told["youtube:short"] == ("failed_permanent", "youtube:short is no YouTube id")
    assert asked == ["https://www.youtube.com/watch?v=dQw4w9WgXcQ"]


@pytest.mark.parametrize(
    ("path", "page", "outcome", "why"),
    [
        ("/none", Page(b"<html>nothing</html>", headers={"Content-Type": "text/html"}), "failed_permanent", "no film"),
        ("/gone", Page(status=404), "failed_permanent", "answers 404"),
        ("/away", Page(status=302, headers={"Location": "http://10.0.0.1/"}), "failed_permanent", "not a public"),
        ("/fake.mp4", Page(b"MZ" * 999, headers=VIDEO), "failed_permanent", "is none of mp4"),
        ("/big.mp4", Page(FILM, headers=VIDEO, announced="none", is_endless=True), "failed_permanent", "larger than"),
        ("/drip.mp4", Page(FILM, headers=VIDEO, drips=True), "failed_retryable", "in the time that is allowed"),
        ("/busy.mp4", Page(FILM, statuses=[503] * 99), "failed_retryable", "does not answer"),
    ],
)
def test_a_page_without_a_film_says_why(
    server: WebServer, tmp_path: Path, path: str, page: Page, outcome: str, why: str
) -> None:
    server.pages[path] = page
    limits = QUICKLY.but(max_download_bytes=3_000_000, max_download_seconds=2.0)
    (film,) = take(tmp_path / "home", f"ytdlp+{server.url}{path}", web=limits)
    assert film.outcome == outcome
    assert why in film.reason


def test_nothing_private_is_asked(server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    (film,) = take(tmp_path / "home", f"ytdlp+{server.url}/watch", web=WebSettings())
    assert (film.outcome, server.asked) == ("failed_permanent", [])
    assert "not a public address" in film.reason


def test_without_the_package_its_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yt_dlp.extractor.youtube", None)
    with pytest.raises(MissingExtraError, match="yt-dlp") as caught:
        take(tmp_path / "home", "youtube:dQw4w9WgXcQ")
    assert ".[youtube]" in caught.value.remedy
