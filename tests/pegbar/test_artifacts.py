"""A step is done when its manifest is there and every digest verifies; anything less is made again."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.errors import EmptyFileError, IntegrityError
from pegbar.journal import Journal
from pegbar.steps import Facts, Step
from pegbar.store import LocalStoreConfig

STEP = Step(name="double", version=1)


class DoubleConfig(Config):
    times: int = 2


class Maker:
    def __init__(self, times: int = 2) -> None:
        self.times = times
        self.calls = 0

    def __call__(self, folder: Path) -> Facts:
        self.calls += 1
        (folder / "deep").mkdir()
        (folder / "a.txt").write_text("a" * self.times)
        (folder / "deep" / "b.txt").write_text("b" * self.times)
        return {"num_files": 2}


@pytest.fixture
def artifacts(tmp_path: Path) -> Iterator[Artifacts]:
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}")
    store = LocalStoreConfig(root=tmp_path / "store").build()
    yield Artifacts(store, journal, tmp_path / "scratch", workspace="w", owner="me", run_id="r1")
    journal.close()


def test_the_second_time_is_skipped(artifacts: Artifacts) -> None:
    make = Maker()
    first, was_there = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    second, was_there_again = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    assert (was_there, was_there_again, make.calls) == (False, True, 1)
    assert first == second
    assert (artifacts.fetch(first) / "deep" / "b.txt").read_text() == "bb"


@pytest.mark.parametrize(
    ("inputs", "config", "step"),
    [
        ({"film": "f2"}, DoubleConfig(), STEP),
        ({"film": "f1"}, DoubleConfig(times=3), STEP),
        ({"film": "f1"}, DoubleConfig(), STEP.but(version=2)),
    ],
)
def test_another_input_configuration_or_version_is_another_artifact(
    artifacts: Artifacts, inputs: dict[str, str], config: DoubleConfig, step: Step
) -> None:
    make = Maker()
    artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    artifacts.run(step, inputs, config, make)
    assert make.calls == 2


def test_damaged_and_missing_members_are_made_again(artifacts: Artifacts, tmp_path: Path) -> None:
    make = Maker()
    manifest, _ = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    members = sorted(path for path in (tmp_path / "store" / "objects").rglob("*") if path.is_file())
    members[0].chmod(0o644)
    members[0].write_text("xx")
    with pytest.raises(IntegrityError, match="pegbar resume"):
        artifacts.load(manifest.key)
    again, was_there = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    assert (was_there, again.digest) == (False, manifest.digest)
    members[1].unlink()
    assert artifacts.find(manifest.key) is None


def test_a_fetched_file_that_was_replaced_is_fetched_anew(artifacts: Artifacts) -> None:
    manifest, _ = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), Maker())
    copy = artifacts.fetch(manifest) / "a.txt"
    copy.unlink()
    copy.write_text("xx")
    assert (artifacts.fetch(manifest) / "a.txt").read_text() == "aa"


def test_a_fetched_file_that_was_written_into_is_noticed_and_its_step_made_again(artifacts: Artifacts) -> None:
    make = Maker()
    manifest, _ = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    copy = artifacts.fetch(manifest) / "a.txt"
    copy.chmod(0o644)
    copy.write_text("xx")  # the member itself, under a second name
    assert artifacts.find(manifest.key) is None
    again, was_there = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    assert (was_there, make.calls, again.digest) == (False, 2, manifest.digest)
    assert (artifacts.fetch(again) / "a.txt").read_text() == "aa"


def test_a_member_that_vanished_stops_the_run_and_is_nobodys_fault(artifacts: Artifacts) -> None:
    manifest, _ = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), Maker())
    artifacts.store.delete_member(manifest.outputs[0].sha256)
    with pytest.raises(IntegrityError, match="missing or damaged"):
        artifacts.fetch(manifest)


def test_a_failed_attempt_is_in_the_journal_and_leaves_no_artifact(artifacts: Artifacts) -> None:
    def fail(folder: Path) -> Facts:
        raise EmptyFileError("film f1 is empty", remedy="pegbar films probe f1")

    with pytest.raises(EmptyFileError):
        artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), fail)
    key = STEP.key({"film": "f1"}, DoubleConfig())
    assert [attempt.outcome for attempt in artifacts.journal.attempts(key=key)] == ["failed"]
    assert artifacts.find(key) is None


KILLED = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
import test_artifacts as here
from pegbar.artifacts import Artifacts
from pegbar.journal import Journal
from pegbar.store import LocalStoreConfig
home = Path(sys.argv[1])
journal = Journal.open(f"sqlite:///{home / 'journal.db'}")
store = LocalStoreConfig(root=home / "store").build()
artifacts = Artifacts(store, journal, home / "scratch", workspace="w", owner="me", run_id="r0")
artifacts.run(here.STEP, {"film": "f1"}, here.DoubleConfig(), here.Maker())
"""


@pytest.mark.parametrize("place", ["before_write", "mid_write", "before_manifest", "before_journal"])
def test_killed_anywhere_the_next_run_ends_with_the_same_artifact(
    artifacts: Artifacts, tmp_path: Path, place: str
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)],
        env={"PEGBAR_KILL_AT": f"double:{place}", "PATH": ""},
        check=False,
    )
    assert killed.returncode == -9
    make = Maker()
    manifest, was_there = artifacts.run(STEP, {"film": "f1"}, DoubleConfig(), make)
    assert was_there == (place == "before_journal")
    assert manifest.digest == artifacts.load(manifest.key).digest
    assert len(artifacts.journal.steps()) == 1
