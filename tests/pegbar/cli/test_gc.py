"""``pegbar gc`` as people and programs read it."""

import json
from pathlib import Path

import pytest
import typer
from small_films import context_of
from typer.testing import CliRunner

from pegbar.cli import gc
from pegbar.config import Config
from pegbar.steps import Facts, Step

app = typer.Typer()
gc.register(app)
app.callback()(lambda: None)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["gc", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.fixture
def old(home: Path) -> Path:
    """Give a home with an artifact of 1.5 kB and something in scratch."""

    def make(folder: Path) -> Facts:
        (folder / "out.bin").write_bytes(bytes(1500))
        return {}

    with context_of(home).open() as artifacts:
        artifacts.run(Step(name="old_step", version=1), {}, Config(), make)
    return home


def test_a_dry_run_tells_and_removes_nothing(old: Path) -> None:
    told = json.loads(run("--dry-run", "--json", "--keep-days", "0"))
    (removed,) = told["removed"]
    assert (removed["step"], removed["workspace"], removed["count"]) == ("old_step", "ws", 1)
    assert removed["size_bytes"] == told["size_bytes"] == 1500
    text = run("--dry-run", "--keep-days", "0")
    assert "old_step" in text and "next: pegbar gc" in text
    done = json.loads(run("--json", "--keep-days", "0"))
    assert done == told | {"is_dry_run": False}
    assert "nothing would go" in run("--dry-run", "--keep-days", "0")


def test_what_is_young_stays_and_says_why(old: Path) -> None:
    (kept,) = json.loads(run("--json"))["kept"]
    assert (kept["reason"], kept["count"], kept["size_bytes"]) == ("recent", 1, 1500)
    assert "it is young" in run()


def test_a_home_that_was_never_used_has_nothing_to_give(home: Path) -> None:
    assert "nothing would go" in run("--dry-run")
