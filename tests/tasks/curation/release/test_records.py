"""AnimeShooter releases in and out: nothing is lost, nothing is guessed in silence."""

import contextlib
import errno
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from release_corpus import Convention, Corpus, Json, Spelling, generated_films, write_films

from pegbar.errors import ConflictError, DiskFullError, ScriptError, SourceError
from tasks.curation.release.read import FilmReader
from tasks.curation.release.reading import read_release
from tasks.curation.release.records import Release, ReleaseConfig, ReleaseFilm, ReleaseForm
from tasks.curation.release.times import infer, read_clock, settle, write_clock
from tasks.curation.release.write import ReleaseTeller, write_release

NUM_FILMS = 50


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    write_films(folder, generated_films(4, NUM_FILMS))
    return folder


@pytest.fixture(scope="module")
def release(told: Path) -> Release:
    return read_release(told)


def texts(folder: Path) -> dict[str, str]:
    """Every annotation as JSON text: equal texts are equal values in equal order."""
    return {
        path.relative_to(folder).as_posix(): json.dumps(json.loads(path.read_text()))
        for path in folder.rglob("*.json")
        if path.name != "manifest.json"
    }


def test_fifty_films_of_every_mix_come_back_as_they_were_told(told: Path, release: Release, tmp_path: Path) -> None:
    assert len(release.films) == NUM_FILMS
    again = tuple(ReleaseFilm.from_json(film.to_json()) for film in release.films)  # nothing but the records goes on
    manifest = write_release(again, tmp_path / "again", listed_ids=release.listed_ids)
    assert texts(tmp_path / "again") == texts(told)
    assert (tmp_path / "again" / "video_ids.txt").read_text() == (told / "video_ids.txt").read_text()
    assert manifest.rounding.num_moved == 0


def test_what_is_known_is_in_the_records_and_only_the_rest_beside_them(release: Release) -> None:
    unknown = {"camera", "uploader", "mood board", "mood_board"}
    for film in release.films:
        assert set(film.form.extra) <= unknown
        for story in film.stories:
            forms = [story.form.segment, story.form.script, *story.form.characters, *story.form.scenes]
            for shot in story.form.shots:
                forms += [form for form in (shot.whole, shot.visual, shot.audio) if form is not None]
            assert {key for form in forms for key in form.extra} <= unknown


def test_what_is_changed_in_a_record_is_changed_in_the_release(release: Release) -> None:
    film = release.films[0]
    story = film.stories[0]
    shot = story.shots[1].model_copy(update={"caption": "A bear.", "story_end_seconds": 59.5, "end_seconds": 59.5})
    changed = story.model_copy(update={"shots": (story.shots[0], shot, *story.shots[2:])})
    value: Any = ReleaseTeller().film(film.model_copy(update={"stories": (changed, *film.stories[1:])}))
    written = value["segments"][0]["story script"]["shots"][1]
    assert written["visual annotation"]["descriptive caption"] == "A bear."
    assert written["end time"] == "00:59.500"


@pytest.mark.parametrize(
    ("mix", "there", "back"),
    [
        (("spaces", "segment", 3), ReleaseForm(spelling="underscores"), ReleaseForm(spelling="spaces")),
        (("underscores", "film", 0), ReleaseForm(spelling="spaces"), ReleaseForm(spelling="underscores")),
        (("spaces", "segment", 3), ReleaseForm(times="film"), ReleaseForm(times="segment")),
        (("underscores", "film", 3), ReleaseForm(times="segment"), ReleaseForm(times="film")),
        (("spaces", "segment", 0), ReleaseForm(times="film"), ReleaseForm(times="segment")),
    ],
)
def test_a_release_goes_into_another_form_and_back(
    tmp_path: Path, mix: tuple[Spelling, Convention, int], there: ReleaseForm, back: ReleaseForm
) -> None:
    corpus = Corpus(1)
    write_films(tmp_path / "told", [corpus.film(number, *mix) for number in range(4)])
    write_release(read_release(tmp_path / "told").films, tmp_path / "there", there)
    assert texts(tmp_path / "there") != texts(tmp_path / "told")
    write_release(read_release(tmp_path / "there").films, tmp_path / "back", back)
    assert texts(tmp_path / "back") == texts(tmp_path / "told")


@settings(max_examples=200, deadline=None)
@given(
    told=st.integers(0, 5_999_999_999),
    start=st.integers(0, 10_000_000),
    fps=st.sampled_from([12.0, 16.0, 23.976, 24.0, 29.97, 60.0]),
    digits=st.sampled_from([0, 3, 6]),
)
def test_a_told_time_survives_the_way_to_the_film_and_back(told: int, start: int, fps: float, digits: int) -> None:
    text = write_clock(told / 1_000_000, digits, "segment")
    clock, offset = read_clock(text), round(start / fps, 6)
    assert clock is not None
    assert write_clock(clock.seconds, digits, "film") == text
    if clock.seconds + offset < 999 * 60:
        in_film = read_clock(write_clock(round(clock.seconds + offset, 6), digits, "film"))
        assert in_film is not None
        assert write_clock(round(in_film.seconds - offset, 6), digits, "segment") == text


def one_film(*shots: Any, start: int = 240, end: int = 480, **keys: Any) -> Json:
    """A film of 24 frames a second with one segment, by default from 10 to 20 s."""
    script = {
        "storyline": "A fox.",
        "main characters": [{"ID": "Fox", "appearance": "red"}],
        "main scenes": [{"ID": "Wood", "environment": "green"}],
        "shots": list(shots),
    }
    segment = {"start frame index": start, "end frame index": end, "story script": script}
    return {"video ID": "v", "fps": 24, "segments": [segment]} | keys


def one_shot(start: str, end: str, **keys: Any) -> Json:
    told = {"main characters": ["Fox"], "scene": "Wood", "plot": "It runs.", "caption": "A red fox."}
    return {"start time": start, "end time": end} | told | keys


def read_one(folder: Path, film: Json) -> ReleaseFilm:
    write_films(folder, [film])
    (read,) = read_release(folder).films
    write_release([read], folder.with_name("again"))
    assert texts(folder.with_name("again")) == texts(folder)  # whatever it is, it comes back
    return read


def test_seconds_moved_by_rounding_are_counted_and_shots_that_lose_their_length_named(tmp_path: Path) -> None:
    shots = [one_shot("00:00.000", "00:04.250"), one_shot("00:04.250", "00:04.400"), one_shot("00:04.400", "00:10.000")]
    film = read_one(tmp_path / "told", one_film(*shots))
    report = write_release([film], tmp_path / "seconds", ReleaseForm(precision="seconds")).rounding
    assert (report.num_times, report.num_moved, report.max_moved_seconds) == (6, 4, 0.4)
    assert report.collapsed == ("v-000-001",)
    in_film = write_release([film], tmp_path / "film", ReleaseForm(times="film", precision="milliseconds"))
    assert in_film.rounding.num_moved == 0
    assert '"00:14.250"' in (tmp_path / "film" / "more" / "000.json").read_text()


@pytest.mark.parametrize(
    ("told", "convention", "certainty"),
    [
        (("00:00", "00:10"), "segment", "certain"),  # 0 to 10 s cannot be of a segment from 70 to 80 s
        (("01:10", "01:20"), "film", "certain"),
        (("00:03", "00:04"), "segment", "certain"),
        (("00:40", "00:50"), "film", "contradicted"),  # neither inside 0-10 nor inside 70-80; nearer to the film's
    ],
)
def test_the_convention_is_told_from_where_the_shots_lie(
    tmp_path: Path, told: tuple[str, str], convention: str, certainty: str
) -> None:
    film = read_one(tmp_path / "told", one_film(one_shot(*told), start=1680, end=1920))
    times = film.stories[0].times
    assert (times.convention, times.certainty) == (convention, certainty)
    assert "lasts 10.000 s from 70.000 s" in times.evidence
    assert any("contradicted" in finding.what for finding in film.findings) is (certainty == "contradicted")


def test_an_ambiguous_segment_follows_its_neighbours_and_says_so() -> None:
    clear = infer(70.0, 80.0, 70.0, 80.0)
    unclear = infer(1.0, 50.0, 1.0, 51.0)  # whole seconds, and the segment begins one second into the film
    assert (clear.certainty, unclear.certainty) == ("certain", "ambiguous")
    alone, beside = settle([unclear])[0], settle([clear, unclear])[1]
    assert (alone.convention, beside.convention) == ("segment", "film")
    assert alone.evidence.endswith("by default")
    assert beside.evidence.endswith("as in the film's other segments")
    assert infer(0.0, 9.0, 0.0, 9.0).certainty == "same"


def test_odd_values_are_kept_as_told_and_flagged(tmp_path: Path) -> None:
    shots = [
        one_shot("0:00", "00:02 ", **{"main characters": None, "is_prologue_or_epilogue": "prologue"}),
        one_shot("00:02", "00:02", **{"main characters": ["Fox", "Owl", 3], "scene": "Moon"}),
        one_shot("00:01", "00:09", **{"extra 4-second segment": "soon", "caption": None}),
    ]
    film = read_one(tmp_path / "told", one_film(*shots, fps="24.0", url=7, extra={"b": 1.0, "a": [True, 1, 1e300]}))
    said = " / ".join(finding.what for finding in film.findings)
    assert film.fps == 24.0
    assert film.stories[0].shots[0].is_prologue_or_epilogue
    assert film.stories[0].shots[1].character_ids == ("v-000-c0",)
    assert "1 of 3 shots without length" in said
    assert "1 of 3 shots starting before the one before ends" in said
    assert "1 of 3 shots with a character" in said
    assert "1 of 3 shots with a scene" in said
    assert "extra 4-second segment" in said


def test_a_wrong_shot_or_segment_is_refused_alone_and_kept_as_it_is(tmp_path: Path) -> None:
    film = one_film(one_shot("00:00", "00:02"), "no shot", one_shot("soon", "00:05"), one_shot("00:05", "00:03"))
    film["segments"].insert(0, {"start frame index": 9, "end frame index": 2, "story script": {}})
    film["segments"].append(None)
    read = read_one(tmp_path / "told", film)
    assert [len(story.shots) for story in read.stories] == [1]
    refused = [(finding.place, finding.what) for finding in read.findings if finding.severity == "refused"]
    assert refused == [
        ("segment 1", "goes from frame 9 to 2"),
        ("segment 2, shot 2", "is not an object of keys and values"),
        ("segment 2, shot 3", 'from "soon" to "00:05"'),
        ("segment 2, shot 4", 'from "00:05" to "00:03"'),
        ("segment 3", "is not an object of keys and values"),
    ]


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty.json": (b"", "is empty"),
    "cut.json": (b'{"video ID": "x", "segm', "is not JSON"),
    "list.json": (b"[1, 2]", "is not an object"),
    "nan.json": (b'{"fps": NaN, "segments": []}', "is not JSON"),
    "huge_number.json": (b'{"fps": 1e999, "segments": []}', "is not JSON"),
    "no_fps.json": (b'{"segments": []}', "frames cannot become seconds"),
    "other.json": (b'{"name": "a config"}', "no list of segments"),
    "latin.json": ('{"video ID": "é"}'.encode("latin-1"), "not UTF-8"),
    "half_pair.json": (b'{"video ID": "\\ud800", "fps": 24, "segments": []}', "not UTF-8"),
    "twice.json": (b'{"video ID": "x", "video_ID": "y", "fps": 24, "segments": []}', "twice"),
    "deep.json": (b'{"segments": ' + b"[" * 2000 + b"]" * 2000 + b"}", "nested too deeply"),
    "large.json": (b" " * 6000, "is over 5000 bytes"),
    "z_double.json": (b'{"video ID": "good", "fps": 24, "segments": []}', "has the video ID of good.json"),
}


def put_bad_files(folder: Path) -> None:
    folder.mkdir()
    for name, (content, _) in BAD_FILES.items():
        (folder / name).write_bytes(content)
    (folder / "good.json").write_text(json.dumps(one_film(one_shot("00:00", "00:02")) | {"video ID": "good"}))


@pytest.mark.parametrize("packed", [False, True])
def test_every_bad_file_has_its_reason_and_harms_no_neighbour(tmp_path: Path, packed: bool) -> None:
    source = tmp_path / "release"
    put_bad_files(source)
    if packed:
        source = Path(shutil.make_archive(str(source), "zip", source))
    release = read_release(source, ReleaseConfig(max_json_bytes=5000))
    assert [film.video_id for film in release.films] == ["good"]
    found = {finding.path: finding for finding in release.findings}
    assert set(found) == set(BAD_FILES)
    for name, (_, reason) in BAD_FILES.items():
        assert reason in found[name].what
        assert found[name].severity == "refused"


def test_a_zip_can_neither_escape_nor_blow_up(tmp_path: Path) -> None:
    path = tmp_path / "release.zip"
    link = zipfile.ZipInfo("link.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("top/good.json", json.dumps(one_film(one_shot("00:00", "00:02"))))
        archive.writestr("../../escaped.json", "{}")
        archive.writestr("/absolute.json", "{}")
        archive.writestr("bomb.json", b" " * (8 << 20))
        archive.writestr(link, "/etc/passwd")
        archive.writestr("torn.json", b"torn" * 50, zipfile.ZIP_STORED)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"torntorn", b"TORNtorn", 1))
    release = read_release(path)
    assert [film.path for film in release.films] == ["top/good.json"]
    reasons = {finding.path: finding.what for finding in release.findings}
    assert set(reasons) == {"../../escaped.json", "/absolute.json", "bomb.json", "link.json", "torn.json"}
    assert "over 200 times" in reasons["bomb.json"]
    assert "cannot be unpacked" in reasons["torn.json"]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_what_is_no_release_says_what_to_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "release.zip").write_bytes(content)
    with pytest.raises(SourceError, match="name a release's folder"):
        read_release(tmp_path / "release.zip")
    with pytest.raises(SourceError):
        read_release(tmp_path / "nothing")


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps(one_film()))
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "a.json").symlink_to(tmp_path / "secret.json")
    release = read_release(tmp_path / "release")
    assert release.films == ()
    assert [finding.what for finding in release.findings] == ["is a link that leads out of the release"]


def test_a_release_is_written_whole_or_not_at_all_and_never_over_something_else(tmp_path: Path) -> None:
    write_films(tmp_path / "told", [one_film(one_shot("00:00", "00:02"))])
    films = read_release(tmp_path / "told").films

    def torn() -> Iterator[ReleaseFilm]:
        yield from films
        raise OSError(errno.ENOSPC, "full")

    target = tmp_path / "out"
    with pytest.raises(DiskFullError):
        write_release(torn(), target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["told"]
    (tmp_path / ".out.part").mkdir()  # of a run that was killed
    (tmp_path / ".out.part" / "left over.json").touch()
    first = write_release(films, target)
    assert not (target / "left over.json").exists()
    with pytest.raises(ConflictError, match="--replace"):
        write_release(films, target)
    with pytest.raises(DiskFullError):
        write_release(torn(), target, replace=True)
    assert read_release(target).films == films
    assert write_release(films, target, replace=True) == first
    with pytest.raises(ConflictError, match="name a new folder"):
        write_release(films, tmp_path / "told", replace=True)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(["00:01", "0:1", "00:00.5", "00:02-00:05", "Fox", "Wood", "refs/Fox.png"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PLACES: tuple[tuple[Any, ...], ...] = (
    ("video ID",), ("url",), ("fps",), ("segments",), ("new_key",), ("segments", 0),
    ("segments", 0, "Reference_Images"),
    ("segments", 0, "start frame index"), ("segments", 0, "end frame index"), ("segments", 0, "story script"),
    *((("segments", 0, "story script", key)) for key in ("storyline", "main characters", "main scenes", "shots", "x")),
    ("segments", 0, "story script", "main characters", 0), ("segments", 0, "story script", "main scenes", 0),
    ("segments", 0, "story script", "main characters", 0, "appearance"),
    ("segments", 0, "story script", "main scenes", 0, "ID"),
    *(("segments", 0, "story script", "shots", 0, key) for key in (
        "start time", "end time", "scene", "plot", "caption", "main characters", "is_prologue_or_epilogue",
        "extra 4-second segment", "visual annotation", "Audio annotation", "mood",
    )),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), JSON_VALUES, st.sampled_from(PLACES), JSON_VALUES)
def test_whatever_stands_in_a_release_comes_back(
    place: tuple[Any, ...], value: Any, other: tuple[Any, ...], second: Any
) -> None:
    film = one_film(one_shot("00:00", "00:02"), one_shot("00:02", "00:04"))
    put(film, place, value)
    put(film, other, second)
    try:
        read = FilmReader("v.json", ReleaseConfig()).read(json.dumps(film).encode())
    except ScriptError:
        return
    again = ReleaseTeller().film(ReleaseFilm.from_json(read.to_json()))
    assert json.dumps(again) == json.dumps(film)


def put(film: Any, place: tuple[Any, ...], value: Any) -> None:
    """Put a value at a place, if an earlier one left that place there."""
    inner, (*path, last) = film, place
    with contextlib.suppress(KeyError, IndexError, TypeError):
        for key in path:
            inner = inner[key]
        inner[last] = value
