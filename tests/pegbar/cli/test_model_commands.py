"""The commands on models, typed as a person would, against the managed servers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_mlflow import WORKSPACE
from picture_dataset import picture, png, write_picture_dataset
from registered_models import WORSE, registered
from typer.testing import CliRunner, Result

from pegbar.cli import app
from pegbar.errors import HostileNameError, InputError, NotFoundError, PromotionRefusedError
from pegbar.journal import Journal
from pegbar.services import Endpoints
from pegbar.settings import Settings
from pegbar.workspace import Workspace
from tasks.registry.facade import Registry


@pytest.fixture
def registry(
    services_home: tuple[Settings, Endpoints], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Registry]:
    """The registry of a home whose servers run; commands use the same home."""
    settings, endpoints = services_home
    endpoints.apply()
    monkeypatch.setenv("PEGBAR_HOME", str(settings.home))
    monkeypatch.chdir(tmp_path)
    journal = Journal.open(settings.effective_journal_url)
    yield Registry.open(journal)
    journal.close()


def pegbar(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_promote_rollback_and_history_tell_one_story(registry: Registry, tmp_path: Path) -> None:
    for number in (60, 61):
        registered(registry, "typed", number, tmp_path)
    assert "typed/1 is champion" in pegbar("promote", "typed/1", "-m", "first").output
    outcome = json.loads(pegbar("promote", "typed", "-m", "second", "--actor", "lead", "--json").stdout)
    assert (outcome["champion"], outcome["previous"], outcome["changed"]) == ("2", "1", True)
    assert "was champion already" in pegbar("promote", "typed/2", "-m", "again").output
    assert "typed/1 is champion again" in pegbar("rollback", "typed", "--reason", "drifts").output
    rows = json.loads(pegbar("history", "typed", "--json").stdout)
    told = [(row["action"], row["to_version"], row["actor"]) for row in rows if row["action"] != "registered"]
    assert told == [("promoted", "1", "local"), ("promoted", "2", "lead"), ("rolled_back", "1", "local")]
    assert "rolled back" in pegbar("history", "typed").output
    assert registry.aliases("typed") == {"champion": "1"}


def test_a_refusal_exits_4_and_evidence_that_is_gone_is_no_evidence(registry: Registry, tmp_path: Path) -> None:
    registered(registry, "refusing", 62, tmp_path)
    pegbar("promote", "refusing", "-m", "first")
    found = registered(registry, "refusing", 63, tmp_path, WORSE)
    with pytest.raises(PromotionRefusedError, match="below the champion") as refused:
        pegbar("promote", "refusing/2", "-m", "worse", "--recipe", "strict")
    assert refused.value.exit_code == 4
    registry.client.set_model_version_tag("refusing", found.version, "pegbar.evaluation_run_id", found.mlflow_run_id)
    with pytest.raises(PromotionRefusedError, match="is gone"):
        pegbar("promote", "refusing/2", "-m", "no evidence")
    assert registry.aliases("refusing") == {"champion": "1"}


@pytest.fixture(autouse=True)
def recipes(monkeypatch: pytest.MonkeyPatch, services_home: tuple[Settings, Endpoints]) -> None:
    """Two recipes more: one that compares with the champion, one whose stories the small dataset has."""
    from flows.recipes import RECIPES, nano

    monkeypatch.setitem(RECIPES, "strict", lambda: nano().but(promote={"max_harmeanp_drop": 0.02}))
    short = nano().candidate.but(evaluate={"num_stories": 1, "shots_per_story": 2})
    monkeypatch.setitem(RECIPES, "short", lambda: nano().but(candidate=short))


def test_evaluate_attaches_a_card_to_the_version(registry: Registry, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / WORKSPACE)
    write_picture_dataset(workspace.data)
    before = registered(registry, "scored", 64, tmp_path)
    arguments = ("evaluate", "scored/1", "-w", str(workspace.root), "--recipe", "short")
    told = json.loads(pegbar(*arguments, "--json").stdout)
    assert told["card"]["mean"] == pytest.approx(1)
    after = registry.version("scored", "1")
    assert after.evaluation_digest == told["evaluation_digest"] != before.evaluation_digest
    assert "not comparable" in pegbar(*arguments).output
    assert registry.version("scored", "1") == after


def test_generate_from_a_file_and_from_the_dataset(registry: Registry, tmp_path: Path) -> None:
    registered(registry, "filmed", 65, tmp_path)
    pegbar("promote", "filmed", "-m", "first")
    (tmp_path / "fox.png").write_bytes(png(picture(0)))
    (tmp_path / "story.json").write_text(json.dumps({"reference": "fox.png", "captions": ["The fox runs."] * 4}))
    arguments = ("generate", "story.json", "--model", "filmed@champion")
    told = json.loads(pegbar(*arguments, "--out", "a", "--json").stdout)
    assert (told["model"], told["version"], len(told["captions"])) == ("filmed", "1", 4)
    pegbar(*arguments, "--out", "b")
    assert (tmp_path / "a/story.mp4").read_bytes() == (tmp_path / "b/story.mp4").read_bytes()
    workspace = Workspace.create(tmp_path / WORKSPACE)
    write_picture_dataset(workspace.data)
    pegbar("generate", "--model", "filmed", "-w", str(workspace.root), "--shots", "3", "--out", "c")
    assert sorted(path.name for path in (tmp_path / "c/shots").iterdir()) == [f"shot_0{i}.mp4" for i in (1, 2, 3)]


@pytest.mark.parametrize(
    "arguments, error",
    [
        (("promote", "nobody", "-m", "x"), NotFoundError),
        (("promote", "../up", "-m", "x"), HostileNameError),
        (("rollback", "nobody", "-m", "x"), PromotionRefusedError),
        (("history", "nobody"), NotFoundError),
        (("generate", "nowhere.json"), NotFoundError),
        (("evaluate", "nobody", "-w", "nowhere"), NotFoundError),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_an_error_with_a_next_command(
    registry: Registry, arguments: tuple[str, ...], error: type[InputError]
) -> None:
    with pytest.raises(error) as raised:
        pegbar(*arguments)
    assert "\n  next: " in str(raised.value)
