import os
from pathlib import Path

import boto3
import pytest
from servers.s3 import S3Server
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


@pytest.fixture
def bucket(moto_server: S3Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    for name, value in {**moto_server.environment(), "AWS_ENDPOINT_URL": moto_server.endpoint_url}.items():
        monkeypatch.setenv(name, value)
    name = f"films-{abs(hash(request.node.name)) % 10**8}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def test_a_bucket_gives_its_films_once_and_refuses_hostile_keys(tmp_path: Path, bucket: str) -> None:
    film = write_small_film(tmp_path / "films", "one")
    client = boto3.client("s3")
    client.put_object(Bucket=bucket, Key="in/one.mp4", Body=film.read_bytes())
    client.put_object(Bucket=bucket, Key="in/one.script.json", Body=b"{}")
    client.put_object(Bucket=bucket, Key="in/../../escape.mp4", Body=b"x")
    client.put_object(Bucket=bucket, Key="elsewhere/two.mp4", Body=b"x")
    escape, one = take(tmp_path / "home", f"s3://{bucket}/in/")
    assert escape.outcome == "failed_permanent"
    assert (one.source, one.outcome) == (f"s3://{bucket}/in/one.mp4", "kept")
    assert one.script_sha256 is not None
    client.put_object(Bucket=bucket, Key="in/../../escape.mp4", Body=b"y")
    assert take(tmp_path / "home", f"s3://{bucket}/in/")[1] == one
    assert not (tmp_path / "escape.mp4").exists()


def test_a_finished_download_is_not_repeated_and_a_damaged_one_is(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = write_small_film(tmp_path / "films", "one")
    boto3.client("s3").put_object(Bucket=bucket, Key="one.mp4", Body=film.read_bytes())
    (before,) = take(tmp_path / "home", f"s3://{bucket}")
    (copy,) = (tmp_path / "home" / "scratch" / "ingest").rglob("one.mp4")
    kept = copy.stat().st_mtime_ns
    assert take(tmp_path / "home", f"s3://{bucket}") == (before,)
    assert copy.stat().st_mtime_ns == kept
    copy.write_bytes(b"damaged")
    assert take(tmp_path / "home", f"s3://{bucket}") == (before,)


def test_a_bucket_that_is_not_there_is_a_source_error(tmp_path: Path, bucket: str) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        take(tmp_path / "home", f"s3://{bucket}-not-there/films")
