"""The documents stay true: tests they name exist, commands they show exist."""

import re
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parent.parent
FEATURES = (ROOT / "docs" / "features.md").read_text()
ROWS = re.findall(r"^\| ([A-Z]{2}-\d+\w?) \| (.+?) \| (.+?) \| (.*?) \|$", FEATURES, re.MULTILINE)
NUM_FEATURES = 129


COMMAND = r"pegbar ((?:(?:data|films) )?[a-z][a-z-]*)\b"


def commands() -> set[str]:
    from pegbar.cli import app

    groups = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    below = {f"{name} {inner}" for name, group in groups.items() for inner in getattr(group, "commands", ())}
    return set(groups) | below


def test_every_feature_has_one_row() -> None:
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids)) == NUM_FEATURES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_that_is_done_names_a_test_that_exists(row: tuple[str, str, str, str]) -> None:
    _, _, status, tests = row
    named = re.findall(r"`([^`]+)`", tests)
    assert bool(named) == status.startswith(("done", "first cut"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md", "docs/security.md", "docs/benchmarks.md"])
def test_every_command_shown_exists(page: str) -> None:
    shown = set(re.findall(COMMAND, "\n".join(re.findall(r"`([^`]+)`", (ROOT / page).read_text()))))
    assert shown - commands() == set()


def test_the_readme_starts_with_exactly_two_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make demo", "make test"]


def test_every_command_an_error_names_exists() -> None:
    named: dict[str, str] = {}
    for package in ("pegbar", "flows", "tasks", "models", "expectations"):
        for path in (ROOT / package).rglob("*.py"):
            for command in re.findall(
                r"(?:remedy=f?\"|then: |with: |again: |one: )[^\"]*?\b" + COMMAND, path.read_text()
            ):
                named.setdefault(command, str(path.relative_to(ROOT)))
    assert {command: path for command, path in named.items() if command not in commands()} == {}
