"""From the command line: a sample to a page, verdicts to a report and a patch; an evaluation set to a folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from evaluation_dataset import write_evaluation_dataset
from review_dataset import write_reviewed_dataset
from typer.testing import CliRunner

from pegbar.cli import evaluation_set, review
from pegbar.errors import InputError
from pegbar.workspace import Workspace

app = typer.Typer()
app.command()(review.review)
app.command()(review.agreement)
app.command()(evaluation_set.evaluation_set)


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.create(tmp_path_factory.mktemp("ws"))


@pytest.fixture
def workspace(made: Workspace) -> Workspace:
    """A workspace without data yet."""
    shutil.rmtree(made.data, ignore_errors=True)
    return made


def verdicts(sample: dict[str, Any], who: str, answer: str) -> str:
    items = [
        {"item_kind": one["item_kind"], "item_id": one["item_id"], "answers": {"overall": answer}}
        for one in sample["items"]
    ]
    head = {"schema_version": 1, "dataset_digest": sample["dataset_digest"], "seed": 3, "questions_version": 1}
    return json.dumps({**head, "reviewer": who, "items": items})


def test_a_sample_is_reviewed_and_reported(workspace: Workspace, tmp_path: Path) -> None:
    write_reviewed_dataset(workspace.data, tmp_path)
    at = ("--workspace", workspace.root)
    asked = ("--stories", 1, "--references", 2, "--seed", 3, "--out", tmp_path / "page")
    sample = json.loads(run("review", *at, *asked, "--json"))
    assert Path(sample["page"]).is_file()
    assert [one["item_kind"] for one in sample["items"]] == ["story", "reference", "character"]
    assert "1 stories, 1 references, 1 characters without one" in run("review", *at, *asked)
    files = [tmp_path / "ann.json", tmp_path / "ben.json"]
    files[0].write_text(verdicts(sample, "Ann", "no"))
    files[1].write_text(verdicts(sample, "[red]Ben", "no"))
    patch = tmp_path / "patch.json"
    report = json.loads(run("agreement", *files, *at, "--patch", patch, "--json"))
    assert [(one["kept_no"], one["left_out_no"]) for one in report["machine"]] == [(1, 0), (1, 1)]
    assert [edit["edit"] for edit in json.loads(patch.read_text())["edits"]] == ["drop_reference", "story"]
    told = run("agreement", *files, *at)
    assert "by Ann, [red]Ben" in told
    assert "overall: Ann, [red]Ben" in told
    files[1].write_text(verdicts(sample, "Ann", "no"))
    with pytest.raises(InputError, match="gave verdicts in ann.json already"):
        run("agreement", *files, *at)


def test_an_evaluation_set_is_written_and_what_is_left_out_is_told(
    workspace: Workspace, home: Path, tmp_path: Path
) -> None:
    write_evaluation_dataset(workspace.data)
    at = ("--workspace", workspace.root, "--ips", 1, "--stories", 2, "--seed", 1)
    told = run("evaluation-set", tmp_path / "set", *at)
    assert "2 stories" in told
    assert "'4 short clips show it alone, 5 are needed'" in told
    assert json.loads(run("evaluation-set", tmp_path / "set", *at, "--json"))["writer"] == "template"
