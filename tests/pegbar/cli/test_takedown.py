"""`pegbar data remove`, typed as a person would, against the managed servers."""

import json
import subprocess
from pathlib import Path

import pytest
import typer
from clip_dataset import write_clip_dataset
from typer.testing import CliRunner, Result

from pegbar.cli.takedown import remove
from pegbar.errors import NotFoundError, UsageError
from pegbar.journal import Journal
from pegbar.services import Endpoints
from pegbar.settings import Settings
from pegbar.workspace import Workspace

FILM = "ab00000000000000"
CAPTION = b"The fox that no other test knows of limps."
app = typer.Typer()
app.command("remove")(remove)


def pegbar(*arguments: str, said: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(arguments), input=said)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace.create(tmp_path_factory.mktemp("ws"))
    write_clip_dataset(made.data)
    made.commit_version("First")
    return made


def _ask_for_a_story(settings: Settings, workspace: Workspace) -> None:
    """Leave what `pegbar generate` leaves of a request in the journal and in Prefect."""
    from prefect.client.orchestration import get_client

    from flows.generate import generate

    request = {"model": "fox", "out": "/nowhere", "story": {"origin": f"{FILM}-s000", "captions": [CAPTION.decode()]}}
    journal = Journal.open(settings.effective_journal_url)
    journal.begin_run("asked", "generate", {"request": request}, str(workspace.root), "me")
    journal.finish_run("asked", "completed")
    journal.close()
    with get_client(sync_client=True) as client:
        client.create_flow_run(generate, parameters={"request": request})


def _holding(home: Path, content: bytes) -> list[Path]:
    return [path for path in sorted(home.rglob("*")) if path.is_file() and content in path.read_bytes()]


def test_a_film_is_looked_at_confirmed_taken_down_and_found_so_again(
    services_home: tuple[Settings, Endpoints], workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings, endpoints = services_home
    endpoints.apply()
    monkeypatch.setenv("PEGBAR_HOME", str(settings.home))
    at = ("--reason", "The rights ended.", "--workspace", str(workspace.root))
    digest = workspace.dataset().digest

    plan = json.loads(pegbar(FILM, *at, "--dry-run", "--json").stdout)
    assert plan["groups"] == ["ab"] and plan["num_objects"] > 5
    shown = pegbar(FILM, *at, "--dry-run").stdout
    assert "1 version that held it could not be pulled any more" in shown and "rewritten   1 group ab" in shown
    with pytest.raises(UsageError, match="nobody can be asked here"):
        pegbar(FILM, *at)
    with pytest.raises(UsageError, match="needs a reason"):
        pegbar(FILM, "--reason", " ", "--workspace", str(workspace.root))
    assert workspace.dataset().digest == digest and not (workspace.root / "tombstones").exists()

    page = workspace.root / "review"
    page.mkdir()
    (page / "review.html").write_text("<html>")
    (page / "mine.txt").write_text("notes")
    item = {"item_kind": "story", "item_id": f"{FILM}-s000", "film_id": FILM}
    (page / "sample.json").write_text(json.dumps({"items": [item]}))

    _ask_for_a_story(settings, workspace)
    kept = {path.name.removesuffix("-wal") for path in _holding(settings.home, CAPTION)}
    assert kept == {"journal.db", "prefect.db"}
    done = pegbar(FILM, *at, "--actor", "Ann", "--yes", "--json")
    told = json.loads(done.stdout)
    assert told["dataset"]["outcome"] == "emptied" and "there is no version now" in done.stderr
    assert told["purged"]["objects"] == {"the cache": plan["num_objects"], "storage": plan["num_objects"]}
    assert [path.name for path in page.iterdir()] == ["mine.txt"] and len(told["covered"]["pages"]) == 2
    assert _holding(settings.home, CAPTION) == [] and len(told["covered"]["requests"]) >= 2
    (stone,) = told["tombstones"]
    assert (stone["removed_by"], stone["film_id"]) == ("Ann", FILM)
    log = subprocess.run(["git", "log", "--format=%s"], cwd=workspace.root, capture_output=True, text=True).stdout
    assert log.splitlines()[:2] == ["Took down tiny.mp4: The rights ended.", "Tombstone of tiny.mp4"]

    again = pegbar("tiny.mp4", *at, "--yes")
    assert "tiny.mp4 was taken down on" in again.stdout and "by Ann" in again.stdout
    with pytest.raises(NotFoundError, match="tiny.mp4 was taken down"):
        workspace.pull(told["tombstones"][0]["versions"][0]["revision"])
    journal = Journal.open(settings.effective_journal_url)
    try:
        runs = [run for run in journal.runs() if run.workspace == str(workspace.root)]
    finally:
        journal.close()
    assert [(run.flow, run.outcome) for run in runs] == [("remove", "completed")] * 2
