import json

import pytest
import typer
from typer.testing import CliRunner

from pegbar.cli import data
from pegbar.errors import ConflictError, NotFoundError
from pegbar.workspace import Workspace

app = typer.Typer()
data.register(app)


def run(workspace: Workspace, *arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["data", *arguments, "--workspace", str(workspace.root)], catch_exceptions=False
    )
    assert result.exit_code == 0
    return result.stdout


def test_versions_are_compared_shown_and_pulled_by_name(two_versions: Workspace) -> None:
    second, first = two_versions.versions()
    listed = run(two_versions, "versions")
    assert first.revision[:12] in listed
    assert str(first.dataset_digest)[:12] in listed
    told = json.loads(run(two_versions, "diff", first.revision[:7], "HEAD", "--json"))
    assert told["diff"]["tables"]["stories"] == {"before": 2, "after": 2, "added": 0, "removed": 0, "changed": 1}
    shown = run(two_versions, "diff")
    assert "changed  tiny.mp4" in shown
    assert "as it lies" in shown
    older = json.loads(run(two_versions, "show", "--revision", first.revision, "--json"))
    assert older["digest"] == first.dataset_digest
    assert json.loads(run(two_versions, "show", "--json"))["digest"] == second.dataset_digest
    pulled = json.loads(
        run(two_versions, "pull", "--revision", str(first.dataset_digest)[:8], "--every-byte", "--json")
    )
    assert pulled["digest"] == two_versions.dataset().digest == first.dataset_digest


def test_markup_in_what_people_wrote_is_text(two_versions: Workspace) -> None:
    from pegbar.versions.commands import Git

    (two_versions.root / "edits").mkdir()
    (two_versions.root / "edits" / "one.json").write_text("{}")
    Git(two_versions.root).run("add", "edits")
    Git(two_versions.root).run("commit", "--quiet", "--message", "[bold]Edited[/nothing]")
    assert "[bold]Edited[/nothing]" in run(two_versions, "diff")


def test_nothing_is_pulled_under_a_run(two_versions: Workspace) -> None:
    with two_versions.claimed("run r1"), pytest.raises(ConflictError, match="in use by run r1"):
        run(two_versions, "pull")


def test_an_unknown_version_is_an_error_of_use(two_versions: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no version 'deadbeef'"):
        run(two_versions, "show", "--revision", "deadbeef")
