"""Downloads: gone on with after every cut, restarted where the file changed, and refused where a server lies."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from servers.web_server import Asked, Page, WebServer, web_server

from pegbar.digests import digest_file
from pegbar.errors import EmptyFileError, InputError, MediaLimitError, NotFoundError, PegbarError, ServiceError
from pegbar.parted_file import PartedFile, parted_file
from pegbar.web import Downloaded, Wanted, WebSettings, download

PART = 100_000
FILM = bytes(range(256)) * 2000  # 512,000 bytes: five parts and a bit
OURS = WebSettings(
    allowed_hosts=("127.0.0.1",), part_bytes=PART, max_attempts=3, max_wait_seconds=0.01, idle_seconds=5.0
)


def nothing_is_known(_: str) -> bool:
    return False


def fine(_: PartedFile, __: str) -> None:
    """Take whatever comes."""


ANY = Wanted(is_known=nothing_is_known, check=fine)


def fetch(url: str, folder: Path, settings: WebSettings = OURS, wanted: Wanted = ANY) -> tuple[Downloaded, bytes]:
    with parted_file(folder) as parts:
        return download(url, parts, settings, wanted), parts.path.read_bytes()


def ranges(server: WebServer) -> list[str | None]:
    return [asked.headers.get("range") for asked in server.asked]


def test_a_film_comes_whole_and_plain(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(FILM)
    came, content = fetch(f"{server.url}/film.mp4?token=1", tmp_path / "film")
    assert (content == FILM, came.num_bytes) == (True, len(FILM))
    (asked,) = server.asked
    assert asked.path == "/film.mp4?token=1"
    assert asked.headers["accept-encoding"] == "identity"
    assert "cookie" not in asked.headers
    assert not (tmp_path / "film").exists()


def test_a_cut_film_is_gone_on_with_where_it_ended(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(FILM, cuts=[1, 0, 250_000, 0, 0, 5])  # more cuts than attempts, but it moves on
    _, content = fetch(f"{server.url}/film.mp4", tmp_path / "film")
    assert content == FILM
    assert ranges(server) == [None, *(f"bytes={end}-" for end in (1, 1, 250_001, 250_001, 250_001, 250_006))]
    assert {asked.headers.get("if-range") for asked in server.asked[1:]} == {'"one"'}


def test_busy_servers_are_asked_again_and_not_for_ever(server: WebServer, tmp_path: Path) -> None:
    page = server.pages["/film.mp4"] = Page(FILM, statuses=[503, 429])
    assert fetch(f"{server.url}/film.mp4", tmp_path / "film")[1] == FILM
    page.statuses = [503] * 9
    with pytest.raises(ServiceError, match="is busy"):
        fetch(f"{server.url}/film.mp4", tmp_path / "film")
    assert len(server.asked) == 3 + 3


def test_what_is_left_is_all_that_the_next_run_fetches(server: WebServer, tmp_path: Path) -> None:
    page = server.pages["/film.mp4"] = Page(FILM, cuts=[350_000, 0, 0, 0])
    with pytest.raises(ServiceError, match="before the end it had announced"):
        fetch(f"{server.url}/film.mp4", tmp_path / "film")
    page.cuts.clear()
    assert fetch(f"{server.url}/film.mp4", tmp_path / "film")[1] == FILM
    assert ranges(server)[-1] == "bytes=350000-"


@pytest.mark.parametrize("changed", [Page(FILM[::-1], etag='"two"'), Page(FILM[::-1], takes_ranges=False)])
def test_a_film_that_changed_or_knows_no_ranges_starts_anew(server: WebServer, tmp_path: Path, changed: Page) -> None:
    server.pages["/film.mp4"] = Page(FILM, cuts=[350_000])

    def change(asked: Asked) -> None:
        if asked.headers.get("range"):
            server.pages["/film.mp4"] = changed

    server.on_request = change
    assert fetch(f"{server.url}/film.mp4", tmp_path / "film")[1] == FILM[::-1]


def test_without_anything_to_tell_a_change_by_nothing_is_gone_on_with(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(FILM, etag=None, cuts=[350_000])
    came, content = fetch(f"{server.url}/film.mp4", tmp_path / "film")
    assert (content == FILM, came.stamp, ranges(server)) == (True, None, [None, None])


@pytest.mark.parametrize("cut", [1, 999, 1005, 1007, 1012, 512_000, len(FILM) + 15])
def test_chunks_come_to_the_very_end(server: WebServer, tmp_path: Path, cut: int) -> None:
    server.pages["/film.mp4"] = Page(FILM, announced="chunked", takes_ranges=False, cuts=[cut])
    assert fetch(f"{server.url}/film.mp4", tmp_path / "film")[1] == FILM
    assert len(server.asked) == 2


def test_what_is_known_is_asked_for_and_not_fetched(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(FILM)
    before, _ = fetch(f"{server.url}/film.mp4", tmp_path / "film")
    with parted_file(tmp_path / "film") as parts:
        wanted = Wanted(is_known=lambda stamp: stamp == before.stamp, check=fine)
        again = download(f"{server.url}/film.mp4", parts, OURS, wanted)
        assert (again.is_known, again.num_bytes, parts.end) == (True, len(FILM), 0)


@pytest.mark.parametrize(
    ("page", "kind", "why"),
    [
        (Page(FILM, announced=len(FILM) + 7), ServiceError, "no bytes where those that came before end"),
        (Page(FILM, announced=len(FILM) - 7, takes_ranges=False), InputError, "sends more than the 511993 bytes"),
        (Page(FILM, announced=10**9), MediaLimitError, "more than the 1000000 bytes"),
        (Page(FILM, announced="none", is_endless=True), MediaLimitError, "more than the 1000000 bytes"),
        (Page(FILM, headers={"Content-Encoding": "gzip"}), InputError, "sends its answer packed"),
        (Page(b""), EmptyFileError, "zero bytes"),
        (Page(status=404), NotFoundError, "no such film"),
        (Page(status=403), InputError, "answers 403"),
        (Page(FILM, status=206, headers={"Content-Range": "bytes 0-1/2"}), InputError, "another part"),
        (Page(status=302, headers={"Location": "/film.mp4"}), InputError, "more than 3 redirects"),
        (Page(status=302, headers={"Location": "ftp://127.0.0.1/"}), InputError, "neither http nor https"),
        (Page(status=302, headers={"Location": "http://10.0.0.1/latest"}), InputError, "10.0.0.1, which is not"),
        (Page(status=302, headers={"Location": "http://a:b@127.0.0.1/"}), InputError, "user or password"),
    ],
)  # fmt: skip
def test_lies_and_bad_answers_say_what_is_wrong(
    server: WebServer, tmp_path: Path, page: Page, kind: type[PegbarError], why: str
) -> None:
    server.pages["/film.mp4"] = page
    with pytest.raises(kind, match=why):
        fetch(f"{server.url}/film.mp4", tmp_path / "film", OURS.but(max_download_bytes=1_000_000))
    assert kind is ServiceError or not (tmp_path / "film").exists()


def test_a_redirect_to_this_machine_is_not_followed_when_only_the_first_is_allowed(tmp_path: Path) -> None:
    with web_server() as outside, web_server() as inside:
        outside.pages["/film.mp4"] = Page(status=302, headers={"Location": f"{inside.url}/secret"})
        url = outside.url.replace("127.0.0.1", "localhost")
        with pytest.raises(InputError, match="127.0.0.1 is at 127.0.0.1, which is not a public address"):
            fetch(f"{url}/film.mp4", tmp_path / "film", OURS.but(allowed_hosts=("localhost",)))
        assert (len(outside.asked), inside.asked) == (1, [])


def test_three_redirects_are_followed(server: WebServer, tmp_path: Path) -> None:
    for step in range(3):
        server.pages[f"/{step}"] = Page(status=307, headers={"Location": f"/{step + 1}"})
    server.pages["/3"] = Page(FILM)
    assert fetch(f"{server.url}/0", tmp_path / "film")[1] == FILM


@pytest.mark.parametrize(
    ("page", "changes"),
    [
        (Page(FILM, drips=True), {"max_download_seconds": 0.4}),
        (Page(FILM, announced="none", drips=True, is_endless=True), {"max_download_seconds": 0.4}),
    ],
)
def test_a_film_that_drips_ends_when_its_time_is_over(
    server: WebServer, tmp_path: Path, page: Page, changes: dict[str, object]
) -> None:
    server.pages["/film.mp4"] = page
    started = time.monotonic()
    with pytest.raises(ServiceError, match="in the time that is allowed"):
        fetch(f"{server.url}/film.mp4", tmp_path / "film", OURS.but(**changes))
    assert time.monotonic() - started < 3


def test_a_server_that_says_nothing_is_not_waited_for(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(FILM)
    server.on_request = lambda _: time.sleep(1)
    with pytest.raises(ServiceError, match="timed out"):
        fetch(f"{server.url}/film.mp4", tmp_path / "film", OURS.but(idle_seconds=0.2, max_attempts=1))


def refuse(parts: PartedFile, media_type: str) -> None:
    assert parts.end < 600_000
    raise InputError(f"this is {media_type}", remedy="none")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "content").write_bytes(b"x" * 300_000),
        lambda folder: (folder / "parts.jsonl").write_bytes((folder / "parts.jsonl").read_bytes()[:-30]),
        lambda folder: (folder / "parts.jsonl").write_bytes(b"rubbish\n"),
        lambda folder: (folder / "content").unlink(),
    ],
)
def test_spoilt_parts_are_fetched_again(server: WebServer, tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    page = server.pages["/film.mp4"] = Page(FILM, cuts=[300_000, 0, 0, 0])
    with pytest.raises(ServiceError):
        fetch(f"{server.url}/film.mp4", tmp_path / "film")
    page.cuts.clear()
    spoil(tmp_path / "film")
    assert fetch(f"{server.url}/film.mp4", tmp_path / "film")[1] == FILM


def test_a_page_that_is_no_film_is_left_after_its_first_part(server: WebServer, tmp_path: Path) -> None:
    server.pages["/film.mp4"] = Page(b"<html>" * 100_000, headers={"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(InputError, match="this is text/html"):
        fetch(f"{server.url}/film.mp4", tmp_path / "film", wanted=Wanted(nothing_is_known, refuse))
    assert not (tmp_path / "film").exists()


def test_the_parts_are_the_file(tmp_path: Path) -> None:
    with parted_file(tmp_path / "film") as parts:
        parts.begin("one")
        parts.write(PART, FILM[PART:])  # a part may come before the one before it
        assert parts.end == 0
        parts.write(0, FILM[:PART])
        assert parts.end == len(FILM)
        (tmp_path / "whole").write_bytes(FILM)
        assert digest_file(parts.path) == digest_file(tmp_path / "whole")
