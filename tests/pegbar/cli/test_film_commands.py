"""`pegbar shots` and `pegbar films probe`: one JSON object on stdout, a table for people, errors from the tree."""

import json
from pathlib import Path

import pytest
import typer
from drawn_shots import film_of, still, walk
from typer.testing import CliRunner

from pegbar.cli import probe, shots
from pegbar.errors import EmptyFileError


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    shots.register(app)
    probe.register(app)
    return app


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return film_of(tmp_path / "the [red] fox.mp4", [*walk(1, 36), *still(2, 36)])


def test_shots_as_json_is_exactly_one_object(app: typer.Typer, film: Path) -> None:
    result = CliRunner().invoke(app, ["shots", str(film), "--json"])
    assert result.exit_code == 0
    common = {"index": 0, "start_frame": 0, "end_frame": 36, "start_seconds": 0.0, "end_seconds": 1.5}
    later = {"index": 1, "start_frame": 36, "end_frame": 72, "start_seconds": 1.5, "end_seconds": 3.0}
    assert json.loads(result.stdout) == {
        "film": "the [red] fox.mp4",
        "fps": 24.0,
        "num_frames": 72,
        "decided_by": "fusion",
        "shots": [common | {"transition_in": "start"}, later | {"transition_in": "cut"}],
        "cuts": {"content": [36], "adaptive": [36], "histogram": [36], "threshold": []},
    }


def test_shots_by_one_detector_alone(app: typer.Typer, film: Path) -> None:
    result = CliRunner().invoke(app, ["shots", str(film), "--detector", "threshold", "--json"])
    found = json.loads(result.stdout)
    assert (found["decided_by"], len(found["shots"])) == ("threshold", 1)


def test_shots_as_a_table(app: typer.Typer, film: Path) -> None:
    result = CliRunner().invoke(app, ["shots", str(film)])
    assert "the [red] fox.mp4: 2 shots, 72 frames, 24 fps" in result.stdout
    assert "36-71" in result.stdout


def test_probe_in_both_forms(app: typer.Typer, film: Path) -> None:
    facts = json.loads(CliRunner().invoke(app, ["probe", str(film), "--json"]).stdout)
    assert (facts["width"], facts["height"], facts["num_frames"], facts["fps_exact"]) == (160, 96, 72, "24")
    assert "the [red] fox.mp4" in CliRunner().invoke(app, ["probe", str(film)]).stdout


@pytest.mark.parametrize("command", ["shots", "probe"])
def test_errors_of_the_tree_reach_the_root(app: typer.Typer, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty.mp4").touch()
    result = CliRunner().invoke(app, [command, str(tmp_path / "empty.mp4")])
    assert isinstance(result.exception, EmptyFileError)
