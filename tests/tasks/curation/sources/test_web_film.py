"""Films at addresses of the web: taken in once, refused with the reason, and gone on with where they were cut."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.processes import free_port
from servers.web_server import Page, WebServer, web_server
from taken_films import LOOPBACK, PART_BYTES, film_bytes, take

from pegbar.digests import digest_bytes
from pegbar.errors import SourceError
from pegbar.web import WebSettings

FILM = film_bytes()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def test_a_film_of_the_web_is_fetched_once(server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    server.pages["/films/a%20film.mp4"] = Page(FILM)
    url = f"{server.url}/films/a%20film.mp4"
    (film,) = take(tmp_path, f"{url}?token=secret", licence="CC0-1.0")
    assert (film.name, film.source, film.outcome) == ("a film.mp4", url, "kept")
    assert (film.sha256, film.size_bytes, film.licence) == (digest_bytes(FILM), len(FILM), "CC0-1.0")
    assert take(tmp_path, f"{url}?token=secret") == (film.model_copy(update={"licence": "unknown"}),)
    server.pages["/films/a%20film.mp4"] = Page(film_bytes(1), etag='"two"')
    assert take(tmp_path, f"{url}?token=secret")[0].sha256 == digest_bytes(film_bytes(1))
    assert not list((tmp_path / "scratch" / "ingest").rglob("content"))


@pytest.mark.parametrize(
    ("page", "outcome", "why"),
    [
        (Page(b"<html>who are you?</html>", headers={"Content-Type": "text/html"}), "failed_permanent", "text/html"),
        (Page(status=302, headers={"Location": "http://169.254.169.254/latest"}), "failed_permanent", "not a public"),
        (Page(FILM, is_endless=True, announced="none"), "failed_permanent", "sends more than the 1000000 bytes"),
        (Page(FILM, announced=len(FILM) - 1), "failed_permanent", "than the"),
        (Page(FILM, announced=len(FILM) + 1), "failed_retryable", "before the end it had announced"),
        (Page(FILM, drips=True), "failed_retryable", "in the time that is allowed"),
        (Page(FILM, statuses=[503] * 9), "failed_retryable", "is busy"),
        (Page(status=404), "failed_permanent", "no such film (404)"),
    ],
)
def test_a_bad_address_is_one_films_decision(
    server: WebServer, tmp_path: Path, page: Page, outcome: str, why: str
) -> None:
    server.pages["/bad.mp4"], server.pages["/good.mp4"] = page, Page(FILM)
    limits = LOOPBACK.but(max_download_bytes=1_000_000, max_download_seconds=1.0)
    bad, good = take(tmp_path, f"{server.url}/bad.mp4", f"{server.url}/good.mp4", web=limits)
    assert (bad.outcome, good.outcome) == (outcome, "kept")
    assert why in bad.reason
    assert bad.item_id == f"file:{server.url}/bad.mp4"


def test_nothing_private_is_asked_unless_settings_allow_it(server: WebServer, tmp_path: Path) -> None:
    server.pages["/a.mp4"] = Page(FILM)
    (film,) = take(tmp_path, f"{server.url}/a.mp4", web=WebSettings())
    assert (film.outcome, server.asked) == ("failed_permanent", [])
    assert "not a public address" in film.reason


def test_a_server_that_is_down_is_not_asked_for_every_film(server: WebServer, tmp_path: Path) -> None:
    server.pages["/good.mp4"] = Page(FILM)
    for number in range(9):
        server.pages[f"/{number}.mp4"] = Page(statuses=[503] * 9)
    urls = [f"{server.url}/{name}.mp4" for name in ("0", "1", "good", *range(2, 9))]
    films = take(tmp_path, *urls, web=LOOPBACK.but(max_attempts=1))
    assert [film.outcome == "kept" for film in films] == [False, False, True, *[False] * 7]
    assert "failed for 3 films in a row" in films[-1].reason
    assert {film.outcome for film in films} == {"kept", "failed_retryable"}
    assert len(server.asked) == 3 + 3


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://127.0.0.1/films/..", "http://127.0.0.1/%2e%2e%2fa"])
def test_an_address_without_a_name_needs_one_in_a_list(tmp_path: Path, url: str) -> None:
    (film,) = take(tmp_path, url)
    assert film.outcome == "failed_permanent"
    assert film.reason.startswith("the file name")


FETCH = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from pegbar.digests import digest_file
from pegbar.web import WebSettings
from tasks.curation.sources.rights import Said
from tasks.curation.sources.web_film import Hosts, web_candidate
settings = WebSettings(allowed_hosts=("127.0.0.1",), part_bytes={part_bytes})
with web_candidate({url!r}, Said(), settings, Path({scratch!r}), Hosts(3)).fetch(lambda stamp: None) as fetched:
    print(digest_file(fetched.path))
"""


def test_a_kill_costs_no_more_than_the_part_on_its_way(server: WebServer, tmp_path: Path) -> None:
    film = film_bytes(0, 40 * PART_BYTES)
    server.pages["/a.mp4"] = Page(film)
    root = str(Path(__file__).parents[4])
    script = FETCH.format(root=root, part_bytes=PART_BYTES, url=f"{server.url}/a.mp4", scratch=str(tmp_path))
    for _ in range(2):
        environment = {**os.environ, "PEGBAR_KILL_AT": "download:part"}
        assert subprocess.run([sys.executable, "-c", script], env=environment, timeout=60).returncode == -signal.SIGKILL
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == digest_bytes(film)
    starts = [int(asked.headers.get("range", "bytes=0-")[6:-1]) for asked in server.asked]
    assert 0 == starts[0] < starts[1] < starts[2]


def test_an_error_of_the_list_is_not_one_of_the_web(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not there"):
        take(tmp_path, tmp_path / "https:")
