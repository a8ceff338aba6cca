"""A dataset as a release: what is in it, in which form, and when it may not go out."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from picture_dataset import picture, png, write_picture_dataset
from PIL import Image
from small_dataset import FILM_ID, small_rows, write_small_dataset
from typer.testing import CliRunner

from pegbar.cli import release as release_commands
from pegbar.dataset import Dataset
from pegbar.digests import digest_file
from pegbar.errors import ConflictError, GateFailedError, IntegrityError, NotFoundError
from pegbar.records import AudioShot
from pegbar.tables import row_of
from tasks.curation.release.export import ExportConfig, export_release
from tasks.curation.release.reading import read_release
from tasks.curation.release.records import ReleaseForm

FIRST_SHOT = {
    "start time": "00:00.000",
    "end time": "00:02.000",
    "main characters": ["Fox"],
    "scene": "Wood",
    "visual annotation": {"narrative caption": "It walks.", "descriptive caption": "The fox walks, shot 0."},
}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return write_picture_dataset(tmp_path / "data", whole_mask=False)


def script(folder: Path) -> Any:
    return json.loads((folder / "scripts" / "tiny.json").read_text())


def test_a_dataset_is_told_with_pictures_masks_rights_and_digests(dataset: Dataset, tmp_path: Path) -> None:
    report = export_release(dataset, tmp_path / "out")
    assert (report.release.num_films, report.release.num_stories, report.release.num_shots) == (1, 2, 6)
    assert (report.num_pictures, report.licences, report.audio) == (2, {"CC0-1.0": 1}, None)
    story_id = f"{FILM_ID}-s001"
    second = script(tmp_path / "out")["segments"][1]
    assert (second["start frame index"], second["end frame index"]) == (48, 96)  # 6 to 12 s at 8 frames a second
    assert second["reference images"] == {"Fox": [f"references/tiny/{story_id}-c0-r0.png"]}
    assert second["reference masks"] == {"Fox": [f"references/tiny/{story_id}-c0-r0.mask.png"]}
    assert second["story script"]["main characters"] == [{"ID": "Fox", "appearance": "A red fox."}]
    assert second["story script"]["main scenes"] == [{"ID": "Wood", "environment": "A green wood."}]
    assert second["story script"]["shots"][0] == FIRST_SHOT
    folder = tmp_path / "out" / "references" / "tiny"
    assert (folder / f"{story_id}-c0-r0.png").read_bytes() == png(picture(1))
    mask = np.asarray(Image.open(io.BytesIO((folder / f"{story_id}-c0-r0.mask.png").read_bytes())))
    assert set(np.unique(mask)) == {0, 255}
    assert "licence: CC0-1.0" in (tmp_path / "out" / "rights" / "tiny.txt").read_text()
    readme = (tmp_path / "out" / "README.md").read_text()
    assert dataset.digest in readme
    assert "| story-level | 2 | 6.00 | 3.00 | 1.00 | 1.00 |" in readme
    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {*report.release.files, "manifest.json"}
    assert all(digest_file(tmp_path / "out" / name) == sha256 for name, sha256 in report.release.files.items())
    assert not any(name.endswith((".mp4", ".wav")) for name in files)


def test_the_form_is_chosen(dataset: Dataset, tmp_path: Path) -> None:
    form = ReleaseForm(spelling="underscores", times="film", precision="seconds")
    export_release(dataset, tmp_path / "out", ExportConfig(form=form))
    segment = script(tmp_path / "out")["segments"][1]
    assert segment["story_script"]["shots"][2]["start_time"] == "00:10"  # the second story's third shot: 6 + 2 x 2 s
    (film,) = read_release(tmp_path / "out").films
    assert [story.times.convention for story in film.stories] == ["film", "film"]


def test_rejected_shots_and_stories_without_annotation_stay_at_home(tmp_path: Path) -> None:
    rows = small_rows()
    rows["stories"][0]["is_annotated"] = False
    rows["shots"][3]["kept"] = False
    rows["shots"][4]["caption"] = None
    export_release(write_small_dataset(tmp_path / "data", rows), tmp_path / "out")
    (segment,) = script(tmp_path / "out")["segments"]
    assert [shot["start time"] for shot in segment["story script"]["shots"]] == ["00:04.000"]
    nothing = small_rows()
    for row in nothing["stories"]:
        row["is_annotated"] = False
    with pytest.raises(NotFoundError, match="pegbar curate"):
        export_release(write_small_dataset(tmp_path / "empty", nothing), tmp_path / "none")


def test_films_of_unknown_licence_go_out_only_when_told(tmp_path: Path) -> None:
    rows = small_rows()
    rows["films"][0]["licence"] = "unknown"
    dataset = write_small_dataset(tmp_path / "data", rows)
    with pytest.raises(GateFailedError, match="tiny.mp4"):
        export_release(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert export_release(dataset, tmp_path / "out", ExportConfig(allow_unknown_licence=True)).licences == {
        "unknown": 1
    }


def test_a_damaged_picture_leaves_no_half_release(dataset: Dataset, tmp_path: Path) -> None:
    shard = next((dataset.root / "shards").iterdir())
    shard.write_bytes(shard.read_bytes().replace(b"PNG", b"JPG"))
    with pytest.raises(IntegrityError):
        export_release(dataset, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def audio_shot(index: int, **fields: Any) -> AudioShot:
    """The second story's sound, from 6 + 3 x index s."""
    at = {"start_seconds": 6 + 3.0 * index, "end_seconds": 9 + 3.0 * index}
    at |= {f"story_{name}": value - 6 for name, value in at.items()}
    return AudioShot(
        audio_shot_id=f"{FILM_ID}-s001-a{index}", story_id=f"{FILM_ID}-s001", film_id=FILM_ID, index=index,
        first_shot=index, last_shot=index + 1, scene_id=f"{FILM_ID}-s001-p0", character_ids=(f"{FILM_ID}-s001-c0",),
        plot="It leaps.", caption="A red fox leaps.", sound_type="boing", sound_description="high, short",
        visual_context="its legs", **at, **fields,
    )  # fmt: skip


def test_the_audio_subset_is_a_release_of_its_own_inside(tmp_path: Path) -> None:
    rows = small_rows()
    dataset_rows = rows | {"audio_shots": [row_of(audio_shot(0)), row_of(audio_shot(1, kept=False))]}
    for row in dataset_rows["audio_shots"]:
        row |= {"sound_shard": "s", "sound_name": "n", "sound_offset": 0, "sound_size": 0, "sound_sha256": ""}
    dataset = write_small_dataset(tmp_path / "data", dataset_rows)
    report = export_release(dataset, tmp_path / "out")
    assert report.audio is not None
    assert report.audio.num_shots == 1
    (shot,) = script(tmp_path / "out" / "audio")["segments"][0]["story script"]["shots"]
    assert shot == {
        "start time": "00:00.000",
        "end time": "00:03.000",
        "main characters": ["Fox"],
        "scene": "Wood",
        "visual annotation": {"plot": "It leaps.", "caption": "A red fox leaps."},
        "audio annotation": {"type": "boing", "sound description": "high, short", "visual context": "its legs"},
    }
    whole = read_release(tmp_path / "out")
    assert [film.path for film in whole.films] == ["scripts/tiny.json"]
    assert [finding.what for finding in whole.findings] == ["is a release of its own: name it by itself"]
    (heard,) = read_release(tmp_path / "out" / "audio").films
    assert heard.stories[0].audio_shots[0].sound_type == "boing"


def test_export_from_the_command_line(tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    (workspace / ".dvc").mkdir(parents=True)
    (workspace / ".dvc" / "config").touch()
    subprocess.run(["git", "init", "--quiet", str(workspace)], check=True)
    write_small_dataset(workspace / "data")
    app = typer.Typer()
    app.command("export")(release_commands.export_release)
    app.command("import")(release_commands.import_release)
    asked = ["export", str(tmp_path / "out"), "-w", str(workspace), "--precision", "seconds"]
    said = CliRunner().invoke(app, asked, catch_exceptions=False).stdout
    assert "1 films, 2 stories, 6 shots, 2 reference pictures" in said
    assert "no time moved of 12" in said
    assert isinstance(CliRunner().invoke(app, asked).exception, ConflictError)
    told = json.loads(CliRunner().invoke(app, [*asked, "--replace", "--json"], catch_exceptions=False).stdout)
    assert told["release"]["form"] == {"spelling": "spaces", "times": "segment", "precision": "seconds"}


@pytest.mark.parametrize(("place", "is_there"), [("release:before_move", True), ("release:between_renames", False)])
def test_killed_on_the_way_the_next_export_is_whole(
    dataset: Dataset, tmp_path: Path, place: str, is_there: bool
) -> None:
    whole = export_release(dataset, tmp_path / "out")
    code = (
        "import sys; from pathlib import Path; from pegbar.dataset import Dataset\n"
        "from tasks.curation.release.export import ExportConfig, export_release\n"
        "export_release(Dataset(Path(sys.argv[1])), Path(sys.argv[2]), ExportConfig(replace=True))"
    )
    environment = os.environ | {"PEGBAR_KILL_AT": place, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", code, str(dataset.root), str(tmp_path / "out")]
    assert subprocess.run(command, env=environment).returncode == -signal.SIGKILL
    assert (tmp_path / "out").exists() is is_there
    assert export_release(dataset, tmp_path / "out", ExportConfig(replace=True)) == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]
