import os
from pathlib import Path

import pytest
from small_films import artifacts_of, write_small_film

from pegbar.errors import SourceError
from tasks.curation.sources.candidates import SourceConfig
from tasks.curation.sources.ingest import ingest
from tasks.curation.sources.source_film import SourceFilm


def take(home: Path, *sources: Path | str, licence: str = "unknown") -> tuple[SourceFilm, ...]:
    with artifacts_of(home) as artifacts:
        return ingest(
            artifacts, [str(source) for source in sources], licence=licence, owner="me", config=SourceConfig()
        )


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
