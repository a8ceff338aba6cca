import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_films import artifacts_of, write_small_film
from taken_films import film_bytes, reasons, take

from pegbar.digests import digest_bytes, digest_file
from pegbar.errors import IntegrityError, SourceError
from pegbar.versions.tombstones import Tombstone, Tombstones
from tasks.curation.sources.ingest import told_apart
from tasks.curation.sources.source_film import SourceFilm, local_copy


def test_a_folder_gives_its_films_with_scripts_and_rights(tmp_path: Path) -> None:
    films = tmp_path / "films"
    write_small_film(films, "one")
    write_small_film(films / "deep", "two", seed=1, with_script=False)
    (films / "deep" / "two.licence").write_text("CC-BY-4.0\nThe Studio\n")
    (films / "notes.txt").write_text("not a film")
    (films / ".hidden.mp4").write_bytes(b"x")
    two, one = take(tmp_path / "home", films, licence="CC0-1.0")
    assert (one.source, one.licence, one.owner, one.outcome) == ("films/one.mp4", "CC0-1.0", "me", "kept")
    assert one.script_sha256 is not None
    assert (two.source, two.licence, two.owner) == ("films/deep/two.mp4", "CC-BY-4.0", "The Studio")
    assert two.script_sha256 is None
    assert one.item_id == (one.sha256 or "")[:16]
    with artifacts_of(tmp_path / "home") as artifacts:
        assert all(artifacts.store.has_member(film.sha256 or "") for film in (one, two))


def test_a_named_file_is_always_claimed(tmp_path: Path) -> None:
    (tmp_path / "film.dat").write_bytes(b"not a film, but named")
    (film,) = take(tmp_path / "home", tmp_path / "film.dat")
    assert (film.name, film.outcome) == ("film.dat", "kept")


@pytest.mark.parametrize("name", ["evil\n.mp4", "-rf.mp4", "a\u202efdp.mp4", "back\\slash.mp4"])
def test_a_hostile_name_is_refused_and_its_neighbour_is_not(tmp_path: Path, name: str) -> None:
    good = write_small_film(tmp_path / "films", "good")
    (tmp_path / "films" / name).write_bytes(good.read_bytes())
    taken = {film.outcome: film for film in take(tmp_path / "home", tmp_path / "films")}
    assert taken["kept"].name == "good.mp4"
    bad = taken["failed_permanent"]
    assert bad.reason.startswith("the ")
    assert bad.item_id.startswith("file:films/")
    assert bad.item_id.isprintable()


def test_empty_twice_twins_and_pipes_are_told_apart(tmp_path: Path) -> None:
    films = tmp_path / "films"
    good = write_small_film(films, "a")
    (films / "b.mp4").write_bytes(good.read_bytes())
    (films / "c.mp4").touch()
    (films / "d.mp4").touch()
    os.mkfifo(films / "e.mp4")
    a, b, c, d, e = take(tmp_path / "home", films)
    assert (b.outcome, b.reason) == ("rejected", "the same bytes as films/a.mp4")
    assert (c.outcome, c.reason) == ("failed_permanent", "c.mp4 is empty: zero bytes")
    assert e.reason == "e.mp4 is not a regular file"
    assert len({film.item_id for film in (a, b, c, d, e)}) == 5


def test_the_same_label_twice_stays_two_items(tmp_path: Path) -> None:
    for place in ("x", "y"):
        (tmp_path / place / "films").mkdir(parents=True)
        (tmp_path / place / "films" / "bad.mp4").touch()
    first, second = take(tmp_path / "home", tmp_path / "x" / "films", tmp_path / "y" / "films")
    assert first.item_id != second.item_id


def test_a_licence_file_with_rubbish_is_refused(tmp_path: Path) -> None:
    write_small_film(tmp_path / "films", "a")
    (tmp_path / "films" / "a.licence").write_bytes(b"CC0\x1b[2J")
    (film,) = take(tmp_path / "home", tmp_path / "films")
    assert "a.licence does not hold a licence" in film.reason


@pytest.mark.parametrize("source", ["nowhere", "s3://", "empty"])
def test_a_source_without_films_says_what_to_name(tmp_path: Path, source: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError) as caught:
        take(tmp_path / "home", source if "//" in source else tmp_path / source)
    assert "s3://bucket/prefix" in caught.value.remedy


def age(path: Path) -> None:
    """Make a file look as if it had been written a while ago: what is fresh may still change under the same stamp."""
    os.utime(path, (1_000_000_000, 1_000_000_000))


def test_the_second_night_reads_nothing_that_did_not_change(tmp_path: Path) -> None:
    film = tmp_path / "films" / "a.mp4"
    film.parent.mkdir()
    film.write_bytes(film_bytes(0))
    age(film)
    (first,) = take(tmp_path / "home", film)
    film.write_bytes(film_bytes(1))  # under the stamp of before, which shows that nobody reads it
    age(film)
    assert take(tmp_path / "home", film) == (first,)
    os.utime(film)
    (other,) = take(tmp_path / "home", film)
    assert other.sha256 == digest_bytes(film_bytes(1))


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"damaged")])
def test_a_film_that_the_store_lost_is_taken_in_again(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    film = tmp_path / "a.mp4"
    film.write_bytes(film_bytes(0))
    age(film)
    (first,) = take(tmp_path / "home", film)
    (member,) = (tmp_path / "home" / "store").rglob(first.sha256 or "")
    harm(member)
    assert take(tmp_path / "home", film) == (first,)
    assert member.read_bytes() == film_bytes(0)


def test_a_member_that_does_not_verify_is_read_again_by_the_next_run(tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    film.write_bytes(film_bytes(0))
    age(film)
    (first,) = take(tmp_path / "home", film)
    (member,) = (tmp_path / "home" / "store").rglob(first.sha256 or "")
    stamp = member.stat()
    member.write_bytes(film_bytes(1))  # as a failing disk would, under the same stamp
    os.utime(member, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    with artifacts_of(tmp_path / "home") as artifacts, pytest.raises(IntegrityError):
        local_copy(artifacts, first, first.sha256 or "")
    take(tmp_path / "home", film)
    with artifacts_of(tmp_path / "home") as artifacts:
        assert local_copy(artifacts, first, first.sha256 or "").read_bytes() == film_bytes(0)


def test_a_film_that_is_still_being_copied_is_tried_another_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "a.mp4"
    film.write_bytes(film_bytes(0))

    def with_a_writer(path: Path) -> str:
        sha256 = digest_file(path)
        with path.open("ab") as stream:
            stream.write(b"more")
        return sha256

    with monkeypatch.context() as patch:
        patch.setattr("tasks.curation.sources.ingest.digest_file", with_a_writer)
        (taken,) = take(tmp_path / "home", film)
    assert (taken.outcome, taken.reason) == ("failed_retryable", "a.mp4 changed while it was read")
    assert take(tmp_path / "home", film)[0].sha256 == digest_bytes(film_bytes(0) + b"more")


def test_what_was_taken_down_does_not_come_back(tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    film.write_bytes(film_bytes(0))
    age(film)
    sha256 = digest_bytes(film_bytes(0))
    stone = Tombstone(
        film_id=sha256[:16], sha256=sha256, name="a.mp4", source="a.mp4", removed_by="ana",
        removed_at="2026-11-21T20:00:00Z", reason="the studio asks", taken_from="", versions=(),
    )  # fmt: skip
    for _ in range(2):
        (taken,) = take(tmp_path / "home", film, tombstones=Tombstones([stone]))
        assert (taken.outcome, taken.sha256) == ("rejected", None)
        assert "taken down on 2026-11-21 by ana: the studio asks" in taken.reason
        assert not list((tmp_path / "home").rglob(sha256))


def test_twins_under_different_licences_say_both(tmp_path: Path) -> None:
    for name, licence in (("a", "CC0-1.0"), ("b", "CC-BY-4.0")):
        (tmp_path / f"{name}.mp4").write_bytes(film_bytes(0))
        (tmp_path / f"{name}.licence").write_text(licence)
    _, twin = take(tmp_path / "home", tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert twin.outcome == "rejected"
    assert twin.reason == "the same bytes as a.mp4, whose licence is 'CC0-1.0' there and 'CC-BY-4.0' here"


def test_a_stated_digest_is_checked(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.mp4", tmp_path / "bad.mp4"
    for film, digest in ((good, digest_bytes(film_bytes(0))), (bad, "0" * 64)):
        film.write_bytes(film_bytes(0))
        film.with_name(f"{film.name}.sha256").write_text(f"{digest}  {film.name}\n")
        age(film)
    for _ in range(2):
        told = reasons(take(tmp_path / "home", good, bad))
        assert told["good.mp4"] == ("kept", "")
        assert told["bad.mp4"][0] == "failed_permanent"
        assert f"but bad.mp4.sha256 says {'0' * 64}" in told["bad.mp4"][1]


def test_thirty_thousand_films_are_told_apart_in_no_time() -> None:
    films = [
        SourceFilm(
            item_id=f"{number // 2:016x}", name="a.mp4", source=f"films/{number % 9}.mp4", owner="me",
            licence="CC0-1.0", sha256=f"{number // 2:064x}",
        )
        for number in range(30_000)
    ]  # fmt: skip
    started = time.process_time()
    apart = told_apart(films)
    assert time.process_time() - started < 5
    assert sum(film.outcome == "rejected" for film in apart) == 15_000
    assert len({film.item_id for film in apart}) == 30_000
