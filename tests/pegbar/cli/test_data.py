import json
from pathlib import Path

import pytest
import typer
from small_dataset import small_rows, write_small_dataset
from typer.testing import CliRunner

from pegbar.cli import data, init
from pegbar.errors import GateFailedError, NotFoundError
from pegbar.workspace import Workspace

app = typer.Typer()
init.register(app)
data.register(app)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_a_dataset_is_shown_judged_and_listed_as_json(tmp_path: Path) -> None:
    run("init", str(tmp_path / "ws"))
    at = ("--workspace", str(tmp_path / "ws"))
    workspace = Workspace.open(tmp_path / "ws")
    dataset = write_small_dataset(workspace.data)
    assert json.loads(run("data", "show", "--json", *at))["digest"] == dataset.digest
    assert json.loads(run("data", "gate", "--json", *at))["passed"] is True
    revision = workspace.commit_version("First")
    assert [row["revision"] for row in json.loads(run("data", "versions", "--json", *at))] == [revision]
    assert json.loads(run("data", "pull", "--json", *at))["counts"]["shots"] == 6
    assert "films" in run("data", "show", *at)
    assert revision[:12] in run("data", "versions", *at)


def test_a_refused_dataset_is_told_and_leaves_with_the_gates_status(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    rows = small_rows()
    rows["shots"][0]["character_ids"] = ("nobody",)
    write_small_dataset(workspace.data, rows)
    result = CliRunner().invoke(app, ["data", "gate", "--workspace", str(tmp_path)])
    assert "known_characters" in result.stdout
    assert isinstance(result.exception, GateFailedError)
    assert result.exception.exit_code == 4


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="pegbar init"):
        run("data", "show", "--workspace", str(tmp_path))
