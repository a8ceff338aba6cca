"""`pegbar data edit`, typed as a person would, against the managed servers."""

import json
from pathlib import Path

import pytest
import typer
from clip_dataset import write_clip_dataset
from typer.testing import CliRunner, Result

from pegbar.cli.edit import edit
from pegbar.errors import ConflictError, NotFoundError, UsageError
from pegbar.journal import Journal
from pegbar.services import Endpoints
from pegbar.settings import Settings
from pegbar.workspace import Workspace

STORY = "ab00000000000000-s000"
SHOT = f"{STORY}-0001"
app = typer.Typer()
app.command("edit")(edit)


def pegbar(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace.create(tmp_path_factory.mktemp("ws"))
    write_clip_dataset(made.data)
    return made


def test_an_example_becomes_a_patch_a_version_and_nothing_more_the_second_time(
    services_home: tuple[Settings, Endpoints], workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings, endpoints = services_home
    endpoints.apply()
    monkeypatch.setenv("PEGBAR_HOME", str(settings.home))
    at = ("--workspace", str(workspace.root))
    fields = json.loads(pegbar("--example", SHOT, "--example", f"{STORY}-c0", *at).stdout)
    fields |= {"author": "Ann", "reason": "By eye."}
    fields["edits"][0]["caption"] = "The fox limps."
    fields["edits"][1] |= {"name": "Vixen"}
    patch = tmp_path / "patch.json"
    patch.write_text(json.dumps(fields))

    journal = Journal.open(settings.effective_journal_url)
    held = journal.leased(f"workspace:{workspace.root}", holder="a curation", ttl_seconds=60)
    with held, pytest.raises(ConflictError, match="a curation"):
        pegbar(str(patch), *at)
    journal.close()

    told = json.loads(pegbar(str(patch), *at, "--json").stdout)
    assert (told["num_edits"], told["is_new"]) == (2, True)
    (version,) = workspace.versions()
    assert (version.revision, version.dataset_digest) == (told["revision"], told["dataset_digest"])
    assert {shot.caption for shot in workspace.dataset().shots() if shot.shot_id == SHOT} == {"The fox limps."}
    assert f"applied already: version {version.revision[:12]}" in pegbar(str(patch), *at).stdout
    assert workspace.versions() == [version]


def test_the_form_is_shown_for_every_kind_and_unknown_ids_are_named(workspace: Workspace, tmp_path: Path) -> None:
    at = ("--workspace", str(workspace.root))
    shown = pegbar("--example", f"{STORY}-c0-r0", *at)
    place = {"shot": f"{STORY}-0000", "frame": 4, "mask": "mask.png"}
    assert json.loads(shown.stdout)["edits"] == [{"edit": "reference", "id": f"{STORY}-c0-r0", **place}]
    kinds = ("story", "shot", "character", "merge_characters", "scene", "reference", "drop_reference", "merge")
    for kind in (*kinds, "split", "move"):
        assert f"  {kind}: id" in shown.stderr
    assert f"{STORY}-0000: frames 0 to 15; the first picture of {STORY}-0000.mp4 in" in shown.stderr
    with pytest.raises(NotFoundError, match="there is no .*ab-gone"):
        pegbar("--example", "ab-gone", *at)
    with pytest.raises(UsageError, match="give a patch"):
        pegbar(*at)
    with pytest.raises(NotFoundError, match="no patch at"):
        pegbar(str(tmp_path / "nowhere.json"), *at)
