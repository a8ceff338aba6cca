"""A release beside its films: what is written, what is kept, what is missing, and what curation makes of it."""

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import typer
from picture_dataset import picture, png, write_picture_dataset
from scripts import scripts_in
from small_films import FPS, write_small_film
from typer.testing import CliRunner

from pegbar.cli import release as release_commands
from pegbar.errors import SourceError
from tasks.curation.release.export import export_release
from tasks.curation.release.importing import ImportConfig, ImportReport, import_release

VIDEO_ID = "dQw4w9"
CASTS = (("Ruby",), ("Ruby",), ("Ruby",), ("Ruby",))  # four shots of two seconds


def told_film(video_id: str, starts: tuple[float, ...] = (0, 2), text: str = "00:{:06.3f}", **keys: Any) -> Any:
    """Two segments of four seconds in a release of 24 frames a second; times count from the segment."""
    shots = [
        {"start time": text.format(start), "end time": text.format(start + 2), "main characters": ["Ruby"],
         "scene": "Field", "visual annotation": {"narrative caption": "It walks.", "descriptive caption": "Red."}}
        for start in starts
    ]  # fmt: skip
    script = {
        "storyline": "A figure walks.",
        "main characters": [{"ID": "Ruby", "appearance": "A round red figure."}],
        "main scenes": [{"ID": "Field", "environment": "A field."}],
        "shots": shots,
    }
    segments = [
        {"start frame index": start, "end frame index": start + 96, "story script": script,
         "reference images": {"Ruby": [f"refs/{video_id}/{start}.png"]}}
        for start in (0, 96)
    ]  # fmt: skip
    return {"video ID": video_id, "url": "https://example.org", "fps": 24, "segments": segments} | keys


def put_release(folder: Path, *films: Any) -> Path:
    for film in films:
        path = folder / "scripts" / f"{film['video ID'].replace('/', '_')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(film))
        for number, start in enumerate((0, 96)):
            reference = folder / "refs" / film["video ID"].replace("/", "_") / f"{start}.png"
            reference.parent.mkdir(parents=True, exist_ok=True)
            reference.write_bytes(png(picture(number)))
    return folder


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_film(tmp_path_factory.mktemp("drawn"), "drawn", CASTS, with_script=False)


@pytest.fixture
def films(tmp_path: Path, drawn: Path) -> Path:
    (tmp_path / "films" / "deep").mkdir(parents=True)
    shutil.copy(drawn, tmp_path / "films" / "deep" / f"{VIDEO_ID}.mp4")
    return tmp_path / "films"


def outcomes(report: ImportReport) -> list[tuple[str, str]]:
    return [(film.film, film.outcome) for film in report.films]


def test_scripts_and_pictures_are_put_beside_their_films(tmp_path: Path, films: Path) -> None:
    shutil.copy(films / "deep" / f"{VIDEO_ID}.mp4", films / "alone.mp4")
    release = put_release(tmp_path / "release", told_film(VIDEO_ID), told_film("elsewhere"))
    (release / "video_ids.txt").write_text(f"{VIDEO_ID}\nelsewhere\ngone\n")
    report = import_release(release, films)
    assert report.videos_without_film == ("elsewhere", "gone")
    assert report.films_without_annotation == ("alone.mp4",)
    (film,) = report.films
    assert (film.film, film.outcome, film.num_stories, film.num_pictures) == (f"deep/{VIDEO_ID}.mp4", "written", 2, 2)
    assert (film.spelling, film.times) == ("spaces", ("segment: same", "segment: certain"))
    script = films / "deep" / f"{VIDEO_ID}.script.json"
    first, second = scripts_in(script, FPS)
    assert [second.film_span(shot) for shot in second.shots] == [(4.0, 6.0), (6.0, 8.0)]
    assert '"start time": "00:04.000"' in script.read_text()
    assert first.characters[0].name == "Ruby"
    placed = films / "deep" / f"{VIDEO_ID}.references" / "refs" / VIDEO_ID / "96.png"
    assert placed.read_bytes() == png(picture(1))
    before = script.stat().st_mtime_ns
    assert outcomes(import_release(release, films)) == [(f"deep/{VIDEO_ID}.mp4", "unchanged")]
    assert script.stat().st_mtime_ns == before


def test_a_script_of_somebody_elses_is_kept_unless_told(tmp_path: Path, films: Path) -> None:
    release = put_release(tmp_path / "release", told_film(VIDEO_ID))
    script = films / "deep" / f"{VIDEO_ID}.script.json"
    script.write_text("{}")
    (film,) = import_release(release, films).films
    assert (film.outcome, script.read_text()) == ("kept", "{}")
    assert "--replace" in film.reason
    assert not (films / "deep" / f"{VIDEO_ID}.references").exists()
    assert outcomes(import_release(release, films, ImportConfig(replace=True))) == [(f"deep/{VIDEO_ID}.mp4", "written")]
    assert "storyline" in script.read_text()


def test_whole_seconds_stay_as_told_and_the_reader_still_finds_their_place(tmp_path: Path, films: Path) -> None:
    import_release(put_release(tmp_path / "release", told_film(VIDEO_ID, text="00:{:02.0f}")), films)
    script = films / "deep" / f"{VIDEO_ID}.script.json"
    _, second = scripts_in(script, FPS)
    assert [second.film_span(shot) for shot in second.shots] == [(4.0, 6.0), (6.0, 8.0)]
    assert all(shot.is_whole_seconds for shot in second.shots)


def test_film_times_that_the_reader_would_mistake_are_counted_from_the_segment(tmp_path: Path, films: Path) -> None:
    film = told_film(VIDEO_ID, starts=(3.0, 4.0))
    film["segments"] = [film["segments"][0] | {"start frame index": 72, "end frame index": 192}]  # 3 to 8 s
    film["segments"][0]["story script"]["shots"][0]["end time"] = "00:04.000"
    report = import_release(put_release(tmp_path / "release", film), films)
    assert report.films[0].times == ("film: likely",)  # told 3 to 6 s: the segment's five seconds hold them as well
    path = films / "deep" / f"{VIDEO_ID}.script.json"
    (script,) = scripts_in(path, FPS)
    assert [script.film_span(shot) for shot in script.shots] == [(3.0, 4.0), (4.0, 6.0)]
    assert '"start time": "00:00.000"' in path.read_text()


def test_what_no_script_can_hold_is_left_out_and_said(tmp_path: Path, films: Path) -> None:
    film = told_film(VIDEO_ID, camera="kept")
    shots = film["segments"][0]["story script"]["shots"]
    shots[1] = shots[1] | {"start time": "00:01.500", "main characters": ["Ruby", "A stranger"]}
    shots += [{"start time": "00:04.000", "end time": "00:04.000"}, shots[0] | {"scene": "Nowhere"}]
    film["segments"][0]["reference images"] = ["../../etc/passwd.png", "none.png", f"refs/{VIDEO_ID}/0.png"]
    film["segments"].append({"start frame index": 9, "end frame index": 2})
    release = put_release(tmp_path / "release", film)
    (release / "refs" / VIDEO_ID / "96.png").write_bytes(b"no picture")
    report = import_release(release, films)
    assert outcomes(report) == [(f"deep/{VIDEO_ID}.mp4", "written")]
    said = " / ".join(f"{finding.place} {finding.what}" for finding in report.findings)
    for words in (
        "segment 1 1 of 4 shots with a character that is not", "shot 3 lacks a scene", "shot 4 lacks a scene",
        "segment 3 goes from frame 9 to 2", "points at a folder", "'none.png' is not in the release",
        "is no PNG, JPEG or WebP",
    ):  # fmt: skip
        assert words in said
    first, _ = scripts_in(films / "deep" / f"{VIDEO_ID}.script.json", FPS)
    assert [(shot.start_seconds, shot.end_seconds) for shot in first.shots] == [(0.0, 2.0), (2.0, 4.0)]
    assert first.shots[1].character_names == ("Ruby",)
    assert "camera" in (films / "deep" / f"{VIDEO_ID}.script.json").read_text()


def test_bad_films_and_stories_are_refused_each_with_its_reason(tmp_path: Path, films: Path) -> None:
    (films / "broken.mp4").write_bytes(b"no film")
    silent, twins = told_film("silent"), told_film("twins")
    for segment in silent["segments"]:
        segment["story script"] = {"shots": []}
    for segment in twins["segments"]:
        segment["story script"]["main characters"] *= 2
        segment["story script"]["main characters"][1] = {"ID": "Ruby", "appearance": "Blue."}
    for name in ("silent", "twins"):
        shutil.copy(films / "deep" / f"{VIDEO_ID}.mp4", films / f"{name}.mp4")
    release = put_release(tmp_path / "release", told_film("broken"), silent, twins, told_film(VIDEO_ID))
    report = import_release(release, films)
    assert sorted(outcomes(report)) == [
        ("broken.mp4", "refused"), (f"deep/{VIDEO_ID}.mp4", "written"), ("silent.mp4", "refused"),
        ("twins.mp4", "refused"),
    ]  # fmt: skip
    reasons = {film.video_id: film.reason for film in report.films}
    assert "broken.mp4" in reasons["broken"]
    assert "tells no shot or no storyline" in reasons["silent"]
    assert "the ID 'Ruby' of another" in reasons["twins"]


def test_a_film_is_found_however_its_accents_are_stored(tmp_path: Path, films: Path) -> None:
    (films / "deep" / f"{VIDEO_ID}.mp4").rename(films / unicodedata.normalize("NFD", "été.mp4"))
    report = import_release(put_release(tmp_path / "release", told_film(unicodedata.normalize("NFC", "été"))), films)
    assert [film.outcome for film in report.films] == ["written"]


def test_a_film_shorter_than_its_story_is_flagged(tmp_path: Path, films: Path) -> None:
    film = told_film(VIDEO_ID)
    film["segments"][1] |= {"start frame index": 960, "end frame index": 1056}
    report = import_release(put_release(tmp_path / "release", film), films)
    assert any("tells 44.0 s" in finding.what and "lasts 8.0 s" in finding.what for finding in report.findings)


def test_an_exported_dataset_brings_its_pictures_and_masks(tmp_path: Path, drawn: Path) -> None:
    dataset = write_picture_dataset(tmp_path / "data", whole_mask=False)
    export_release(dataset, tmp_path / "release")
    (tmp_path / "films").mkdir()
    shutil.copy(drawn, tmp_path / "films" / "tiny.mp4")
    (film,) = import_release(tmp_path / "release", tmp_path / "films").films
    assert (film.outcome, film.num_pictures) == ("written", 2)
    placed, sent = tmp_path / "films" / "tiny.references" / "references", tmp_path / "release" / "references"
    files = sorted(path.relative_to(sent) for path in sent.rglob("*.png"))
    assert len(files) == 4
    assert all((placed / file).read_bytes() == (sent / file).read_bytes() for file in files)


def test_import_from_the_command_line(tmp_path: Path, films: Path) -> None:
    app = typer.Typer()
    app.command("export")(release_commands.export_release)
    app.command("import")(release_commands.import_release)
    release = put_release(tmp_path / "release", told_film(VIDEO_ID), told_film("elsewhere"))
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", release)
    said = CliRunner().invoke(app, ["import", packed, str(films)], catch_exceptions=False).stdout
    assert f"written   deep/{VIDEO_ID}.mp4: 2 stories, 2 pictures, spaces, segment: same, segment: certain" in said
    assert "1 videos without a film" in said
    again = CliRunner().invoke(app, ["import", packed, str(films), "--json"], catch_exceptions=False).stdout
    assert json.loads(again)["films"][0]["outcome"] == "unchanged"
    with pytest.raises(SourceError, match="no folder of films"):
        import_release(release, tmp_path / "nowhere")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "a.json").touch()
    with pytest.raises(SourceError, match="a.json is empty"):
        import_release(tmp_path / "odd", films)
