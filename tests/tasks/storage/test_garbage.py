"""Garbage collection on real homes: what goes is what was said, and what stays is whole, whatever happens."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_films import NO_CALLS, OPEN, context_of, write_small_film

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.dataset import CARD_NAME, DatasetCard
from pegbar.dataset.artifact import STEP as DATASET
from pegbar.dataset.artifact import dataset_key
from pegbar.digests import digest_of
from pegbar.errors import ConflictError
from pegbar.faults import KILL_AT_VARIABLE
from pegbar.files import write_bytes
from pegbar.lineage import Lineage
from pegbar.space import GC_LEASE
from pegbar.steps import Facts, Step
from pegbar.versions.commands import Git
from pegbar.workspace import POINTER, TRAILER, Workspace
from tasks.curation.assemble import assemble
from tasks.curation.film import curate_film, see_film
from tasks.curation.pack import pack_group
from tasks.curation.sources.ingest import ingest
from tasks.storage.claims import datasets_of
from tasks.storage.garbage import GarbageConfig, GarbageReport, collect_garbage, find_garbage

AT_ONCE = GarbageConfig(keep_days=0, keep_versions=1, grace_seconds=0, busy_seconds=0)
STEP = Step(name="numbers", version=1)


@pytest.fixture
def artifacts(tmp_path: Path) -> Iterator[Artifacts]:
    with context_of(tmp_path / "home", tmp_path / "ws").open() as opened:
        yield opened


def made(artifacts: Artifacts, name: str) -> Manifest:
    def make(folder: Path) -> Facts:
        (folder / "shard.tar").write_text(name)
        (folder / "shared.txt").write_text("shared")
        return {}

    return artifacts.run(STEP, {"name": name}, Config(), make)[0]


def needed(artifacts: Artifacts, manifest: Manifest, root: Path) -> None:
    """Make a dataset of an artifact, in a folder that the journal knows as a workspace."""
    card = DatasetCard(
        files={output.path: output.sha256 for output in manifest.outputs}, counts={}, funnel={}, licences={},
        statistics={}, config={}, config_digest="", code_version="",
    )  # fmt: skip
    write_bytes(root / "data" / CARD_NAME, card.to_json())
    artifacts.journal.begin_run("r", "curate", {}, str(root), "me")
    artifacts.journal.finish_run("r", "completed")


def collected(artifacts: Artifacts, config: GarbageConfig = AT_ONCE) -> GarbageReport:
    return collect_garbage(artifacts.store, artifacts.journal, artifacts.scratch, (), config)


def found(artifacts: Artifacts, config: GarbageConfig = AT_ONCE) -> GarbageReport:
    return find_garbage(artifacts.store, artifacts.journal, artifacts.scratch, (), config).report


def state_of(artifacts: Artifacts) -> tuple[list[str], list[str]]:
    return list(artifacts.store.list_manifests()), [member.sha256 for member in artifacts.store.list_members()]


def curate(artifacts: Artifacts, workspace: Workspace, *films: Path) -> str:
    """Do as a run does up to its gate, and return the dataset's digest."""
    artifacts.journal.begin_run(artifacts.run_id, "curate", {}, str(workspace.root), "me")
    groups = []
    for film in ingest(artifacts, [str(film) for film in films], licence="CC0-1.0", owner="me", config=OPEN.source):
        parts = curate_film(artifacts, see_film(artifacts, film, OPEN), OPEN, NO_CALLS)
        groups.append(pack_group(artifacts, film.group, [parts]))
    digest = assemble(artifacts, workspace, groups, OPEN)
    artifacts.journal.finish_run(artifacts.run_id, "completed")
    return digest


def test_a_film_stays_while_its_dataset_does_and_what_went_is_made_again_as_it_was(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    film = write_small_film(tmp_path / "films", "one", (("Ruby",),))
    workspace = Workspace(tmp_path / "ws")
    digest = curate(artifacts, workspace, film)
    assert {some.kind for some in collected(artifacts).removed} == {"scratch"}
    num_attempts = len(artifacts.journal.attempts())
    assert curate(artifacts, workspace, film) == digest
    assert len(artifacts.journal.attempts()) == num_attempts  # nothing of what stayed was made again

    shutil.rmtree(workspace.data)
    told, report = found(artifacts), collected(artifacts)
    assert report.removed == told.removed
    assert {some.step for some in report.removed} >= {
        "survey",
        "clips",
        "references",
        "pack",
        "dataset",
        "film or script",
    }
    assert state_of(artifacts) == ([], [])
    assert curate(artifacts, workspace, film) == digest
    workspace.dataset().verify()


def test_as_many_versions_as_wanted_keep_what_they_were_made_from(artifacts: Artifacts, tmp_path: Path) -> None:
    """Versions as git tells them: commits of the pointer that name a dataset."""
    root = tmp_path / "ws"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config").write_text("")
    git = Git(root)
    git.run("init", "--quiet")
    for name in ("old", "middle", "new"):
        artifacts.publish(DATASET, dataset_key(name), {"shards/00.tar": digest_of(name)}, ())
        (root / POINTER).write_text(name)
        git.run("add", POINTER)
        git.run("commit", "--quiet", "--message", f"{name}\n\n{TRAILER}: {name}")
    lineage = Lineage.of(artifacts.store)
    assert datasets_of(root, lineage, 2) == [{digest_of("new")}, {digest_of("middle")}]
    assert datasets_of(tmp_path, lineage, 2) == []


def test_what_was_said_goes_and_a_member_that_others_hold_stays(artifacts: Artifacts, tmp_path: Path) -> None:
    first, kept = made(artifacts, "first"), made(artifacts, "kept")
    needed(artifacts, kept, tmp_path / "ws")
    report = collected(artifacts)
    assert [(some.step, some.count, some.size_bytes) for some in report.removed if some.kind == "artifact"] == [
        ("numbers", 1, len("first"))
    ]
    assert [(some.reason, some.count, some.size_bytes) for some in report.kept] == [("dataset", 1, len("keptshared"))]
    assert artifacts.find(first.key) is None
    assert artifacts.load(kept.key) == kept


def test_members_that_nothing_names_go_once_they_are_old(artifacts: Artifacts, tmp_path: Path) -> None:
    (tmp_path / "left").write_bytes(b"left by a killed run")
    left = artifacts.store.put_member(tmp_path / "left")
    young = collected(artifacts, AT_ONCE.but(grace_seconds=3600))
    assert (young.removed, young.num_young) == ((), 1)
    assert artifacts.store.has_member(left)
    (orphans,) = collected(artifacts).removed
    assert (orphans.kind, orphans.count, orphans.size_bytes) == ("member", 1, 20)
    assert not artifacts.store.has_member(left)


def test_a_row_whose_manifest_is_gone_is_forgotten(artifacts: Artifacts) -> None:
    lost = made(artifacts, "lost")
    artifacts.store.delete_manifest(lost.key)
    assert {some.kind for some in collected(artifacts, GarbageConfig()).removed} == {"journal"}
    assert artifacts.journal.steps() == []


def test_scratch_goes_but_for_what_a_run_goes_on_from_and_what_is_in_use(artifacts: Artifacts) -> None:
    done = made(artifacts, "done")
    artifacts.fetch(done)
    begun = STEP.key({"name": "begun"}, Config())
    artifacts.journal.begin_attempt(begun, STEP.name, "r0")
    for key in (begun, done.key):
        (artifacts.checkpoint_folder(key) / "step-1.ckpt").write_bytes(b"weights")
    (artifacts.scratch / "films" / "f").mkdir(parents=True)
    (artifacts.scratch / "films" / "f" / "film.mp4").write_bytes(b"film")
    assert collected(artifacts, GarbageConfig()).removed == ()
    report = collected(artifacts, GarbageConfig(busy_seconds=0))
    assert {(some.step, some.count, some.size_bytes) for some in report.removed} == {
        ("checkpoints", 1, len(b"weights")),
        ("fetched", 1, 0),  # the members themselves, under a second name
        ("films", 1, len(b"film")),
    }
    assert [path.name for path in (artifacts.scratch / "checkpoints").iterdir()] == [begun]
    assert artifacts.load(done.key) == done


def test_nothing_goes_while_a_run_is_at_work(artifacts: Artifacts) -> None:
    made(artifacts, "old")
    artifacts.journal.begin_run("busy", "train", {}, "ws", "me")
    with pytest.raises(ConflictError, match="busy"):
        collected(artifacts)
    assert len(state_of(artifacts)[0]) == 1
    artifacts.journal.finish_run("busy", "completed")
    collected(artifacts)
    assert state_of(artifacts) == ([], [])


def test_one_at_a_time_collects(artifacts: Artifacts) -> None:
    with artifacts.journal.leased(GC_LEASE, "another", 60), pytest.raises(ConflictError, match="another"):
        collected(artifacts)


KILLED = """
import sys
from pathlib import Path
from pegbar.settings import Settings
from tasks.context import RunContext
from tasks.storage.claims import datasets_of
from tasks.storage.garbage import GarbageConfig, collect_garbage
home = Path(sys.argv[1])
config = GarbageConfig.model_validate_json(sys.argv[2])
with RunContext(settings=Settings(home=home), workspace=home, run_id="gc").open() as artifacts:
    collect_garbage(artifacts.store, artifacts.journal, artifacts.scratch, (), config)
"""


@pytest.mark.parametrize("place", ["after_manifest", "before_members", "after_member"])
def test_killed_anywhere_what_is_left_is_whole_and_the_next_one_ends_alike(
    artifacts: Artifacts, tmp_path: Path, place: str
) -> None:
    going = [made(artifacts, f"going {number}") for number in range(3)]
    kept = made(artifacts, "kept")
    needed(artifacts, kept, tmp_path / "ws")
    environment = os.environ | {KILL_AT_VARIABLE: f"gc:{place}"}
    command = [sys.executable, "-c", KILLED, str(tmp_path / "home"), AT_ONCE.model_dump_json()]
    assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == -9
    assert state_of(artifacts) != ([kept.key], sorted(output.sha256 for output in kept.outputs))
    for key in Lineage.of(artifacts.store).manifests:
        artifacts.load(key)
    shutil.rmtree(artifacts.scratch)
    collected(artifacts)
    assert state_of(artifacts) == ([kept.key], sorted(output.sha256 for output in kept.outputs))
    assert [row.key for row in artifacts.journal.steps()] == [kept.key]
    assert artifacts.run(STEP, {"name": "going 0"}, Config(), lambda _: {})[1] is False
    assert going[0].key in state_of(artifacts)[0]
