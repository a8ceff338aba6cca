"""A film taken down: no byte of it anywhere, its neighbours as they were, and a tombstone that everybody heeds."""

import multiprocessing
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from removable_films import FAR, GONE, NEAR, curate, digests_of, leaks, packed, traces_of, write_films
from servers.s3 import S3Server
from small_films import OPEN, context_of

from models.clients.replies import Kept, Replies
from pegbar.digests import digest_file
from pegbar.errors import ConflictError, NotFoundError, StorageError
from pegbar.faults import KILL_AT_VARIABLE
from pegbar.settings import Settings
from pegbar.store import S3StoreConfig
from pegbar.versions.commands import Dvc
from pegbar.versions.tombstones import Tombstone, Tombstones
from pegbar.workspace import Workspace
from tasks.calls import replies_folder
from tasks.context import RunContext
from tasks.curation.assemble import files_of
from tasks.curation.edits.kept import keep_patch, kept_patches
from tasks.curation.edits.patch import AcceptedPatch
from tasks.curation.sources.ingest import ingest
from tasks.curation.takedown.burying import commit
from tasks.curation.takedown.planning import Plan, plan_takedown
from tasks.curation.takedown.purging import Purged
from tasks.curation.takedown.rewriting import Rewritten
from tasks.curation.takedown.steps import purge_films, rewrite_dataset, write_tombstones


@dataclass
class Place:
    """A copy of the world: a home, a workspace, and the films that went into it."""

    root: Path
    settings: Settings

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(self.root / "ws")

    @property
    def context(self) -> RunContext:
        return RunContext(settings=self.settings, workspace=self.root / "ws", run_id="run")

    def film(self, name: str) -> Path:
        return self.root / "films" / f"{name}.mp4"

    def plan(self, *said: str) -> Plan:
        with self.context.open() as artifacts:
            return plan_takedown(artifacts, self.workspace, said, "The rights ended.", "Ann")

    def take_down(self, *said: str, kill_at: str = "") -> tuple[list[Tombstone], Rewritten, Purged]:
        """What flows/remove.py does, without the orchestrator and without MLflow."""
        if kill_at:
            os.environ[KILL_AT_VARIABLE] = kill_at
        stones = write_tombstones.fn(self.context, self.plan(*said).films, "The rights ended.", "Ann")
        return stones, rewrite_dataset.fn(self.context, stones), purge_films.fn(self.context, stones)

    def killed(self, place: str) -> int | None:
        process = multiprocessing.get_context("fork").Process(
            target=self.take_down, args=("gone.mp4",), kwargs={"kill_at": place}
        )
        process.start()
        process.join(120)
        return process.exitcode


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("world")
    films = write_films(root / "films")
    workspace = Workspace.create(root / "ws", str(root / "remote"))
    with context_of(root / "home", workspace.root).open() as artifacts:
        curate(artifacts, workspace, films[GONE], films[FAR])
        curate(artifacts, workspace, *films.values())
    return root


def copy_of(world: Path, root: Path) -> Place:
    shutil.copytree(world, root, dirs_exist_ok=True, symlinks=True)
    config = root / "ws/.dvc/config"
    config.write_text(config.read_text().replace(str(world / "remote"), str(root / "remote")))
    subprocess.run(["git", "commit", "-qam", "Moved"], cwd=root / "ws", check=True)
    return Place(root, Settings(home=root / "home"))


@pytest.fixture
def place(world: Path, tmp_path: Path) -> Place:
    return copy_of(world, tmp_path)


@pytest.fixture(scope="module")
def bucket(moto_server: S3Server) -> Iterator[tuple[str, str]]:
    name = f"takedown-{uuid.uuid4().hex}"
    boto3.client("s3", endpoint_url=moto_server.endpoint_url).create_bucket(Bucket=name)
    yield moto_server.endpoint_url, name


def move_to_bucket(place: Place, bucket: tuple[str, str]) -> Place:
    """Have the store, and a second remote, in a bucket."""
    local = place.settings.effective_store.build()
    place.settings = place.settings.but(store=S3StoreConfig(bucket=bucket[1], prefix="store", endpoint_url=bucket[0]))
    store = place.settings.effective_store.build()
    for member in local.list_members():
        store.put_member(place.root / "home/store/objects" / member.sha256[:2] / member.sha256)
    for key in local.list_manifests():
        store.put_manifest(key, local.read_manifest(key) or b"")
    shutil.rmtree(place.root / "home/store")
    far = f"['remote \"far\"']\n    url = s3://{bucket[1]}/dvc\n    endpointurl = {bucket[0]}\n"
    (place.workspace.root / ".dvc/config.local").write_text(far)
    Dvc(place.workspace.root).run("push", "--remote", "far", "--all-commits")
    return place


@dataclass
class Done:
    """A takedown that nothing disturbed, and what was known before it."""

    place: Place
    traces: dict[str, bytes]
    neighbours: dict[str, str]
    plan: Plan
    first: tuple[list[Tombstone], Rewritten, Purged]
    revisions: list[str]


@pytest.fixture(scope="module")
def done(world: Path, tmp_path_factory: pytest.TempPathFactory, bucket: tuple[str, str]) -> Done:
    """The takedown of one film, store and second remote in a bucket, with patches and replies that tell of it."""
    place = move_to_bucket(copy_of(world, tmp_path_factory.mktemp("done")), bucket)
    workspace = place.workspace
    traces = traces_of(place.film(GONE), workspace)
    neighbours = digests_of(place.film(NEAR), workspace) | digests_of(place.film(FAR), workspace)
    ids = {name: digest_file(place.film(name))[:16] for name in (GONE, NEAR)}
    edits = [
        {"edit": "story", "id": f"{ids[name]}-000", "storyline": f"{name} as told by Bob"} for name in (GONE, NEAR)
    ]
    fields = {"dataset": workspace.dataset().digest, "author": "Bob", "reason": "By ear."}
    for some in (edits, edits[:1]):
        keep_patch(workspace, AcceptedPatch.model_validate({"patch": fields | {"edits": some}}))
    commit(workspace.root, "Edits", "edits")
    replies = Replies(replies_folder(place.settings))
    for number, asked in enumerate(((ids[GONE], ids[NEAR]), (ids[NEAR],), ("",))):
        key = f"{number:064x}"
        said = dict.fromkeys(("prompt", "question", "words", "asked"), "w")
        replies.keep(Kept(key=key, **said, asked_for=asked, answers=()))
    assert leaks(traces, place.root / "ws", bucket=bucket)
    plan = place.plan("gone.mp4")
    revisions = [version.revision for version in workspace.versions()]
    return Done(place, traces, neighbours, plan, place.take_down("gone.mp4"), revisions)


def test_no_file_of_workspace_store_home_and_remotes_holds_a_trace_of_the_film(
    done: Done, bucket: tuple[str, str]
) -> None:
    root = done.place.root
    assert {"film", "its end", "storyline"} < set(done.traces) and len(done.traces) == 8
    assert leaks(done.traces, root / "ws", root / "home", root / "remote", bucket=bucket) == []
    assert leaks({"by Bob": f"{GONE} as told".encode()}, root / "ws/edits", root / "ws/data") == []


def test_neighbours_are_as_if_the_film_had_never_been_there(done: Done) -> None:
    place, workspace = done.place, done.place.workspace
    dataset = workspace.dataset()
    dataset.verify()
    assert {film.name for film in dataset.films()} == {"near.mp4", "far.mp4"}
    assert digests_of(place.film(NEAR), workspace) | digests_of(place.film(FAR), workspace) == done.neighbours
    with place.context.open() as artifacts:
        alone = files_of(artifacts, packed(artifacts, place.film(NEAR), place.film(FAR)))
    assert dataset.card.files == alone


def test_the_plan_said_what_was_done(done: Done) -> None:
    plan, (stones, rewritten, purged) = done.plan, done.first
    assert [film.name for film in plan.films] == ["gone.mp4"]
    assert plan.groups == ("ab",) and plan.rewritten_bytes > 10_000 and plan.also_showing == ()
    assert purged.objects.pop("far") > 0  # not every version was pushed there
    assert purged.objects == {"the cache": plan.num_objects, "storage": plan.num_objects}
    assert plan.num_members == purged.num_members and plan.member_bytes > 100_000 and plan.object_bytes > 100_000
    assert purged.num_artifacts == plan.num_artifacts + 1  # the group that was adopted to be rewritten
    assert (purged.num_replies, purged.busy) == (2, ())
    assert rewritten.outcome == "versioned" and rewritten.revision == done.place.workspace.versions()[0].revision
    (stone,) = stones
    assert [version.revision for version in stone.versions] == done.revisions
    assert (stone.removed_by, stone.reason, stone.name) == ("Ann", "The rights ended.", "gone.mp4")
    assert "The rights ended." in done.place.workspace.versions()[0].message


def test_of_a_patch_what_tells_of_others_stays(done: Done) -> None:
    (patch,) = kept_patches(done.place.workspace)
    (edit,) = patch.patch.edits
    assert edit.id == f"{digest_file(done.place.film(NEAR))[:16]}-000"
    status = ["git", "status", "--porcelain"]
    assert subprocess.run(status, cwd=done.place.root / "ws", capture_output=True, text=True).stdout == ""


def test_a_second_time_changes_nothing(done: Done) -> None:
    before = bytes_of(done.place.root / "ws")
    stones, rewritten, purged = done.place.take_down("gone.mp4")
    assert stones == done.first[0] and rewritten.outcome == "untouched"
    assert (purged.num_artifacts, sum(purged.objects.values())) == (0, 0)
    after = bytes_of(done.place.root / "ws")
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert not {path for path in changed if not path.startswith((".dvc/tmp", ".workspace", ".git/index"))}


def test_a_clean_clone_pulls_the_new_version_and_is_told_of_the_tombstone_by_an_older_one(
    done: Done, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(done.place.root / "ws"), str(clone)], check=True)
    workspace = Workspace.open(clone)
    workspace.pull()
    assert {film.name for film in workspace.dataset().films()} == {"near.mp4", "far.mp4"}
    subprocess.run(["git", "checkout", "-q", done.revisions[-1]], cwd=clone, check=True)
    assert not (clone / "tombstones").exists()
    with pytest.raises(NotFoundError, match=r"gone.mp4 was taken down .* by Ann: The rights ended. \(tombstones/ab"):
        workspace.pull()
    subprocess.run(["git", "checkout", "-q", "main"], cwd=clone, check=True)
    with pytest.raises(NotFoundError, match="gone.mp4 was taken down"):
        workspace.at(done.revisions[0])
    assert workspace.previous_card(workspace.dataset().digest) is not None  # what drift is measured against
    subprocess.run(["git", "checkout", "-q", done.revisions[-1], "--", "data.dvc"], cwd=clone, check=True)
    with pytest.raises(StorageError, match="failed"):
        Dvc(clone).run("pull", "data.dvc")


def test_its_bytes_are_never_taken_in_again_under_whatever_name(done: Done, tmp_path: Path) -> None:
    renamed = tmp_path / "other.mp4"
    shutil.copy(done.place.film(GONE), renamed)
    buried = Tombstones.of(done.place.root / "ws")
    with done.place.context.open() as artifacts:
        (film,) = ingest(
            artifacts, [str(renamed)], licence="CC0-1.0", owner="me", config=OPEN.source, tombstones=buried
        )
        assert not artifacts.store.has_member(digest_file(renamed))
    assert film.outcome == "rejected" and "gone.mp4 was taken down on" in film.reason


KILLED_AT = (
    "remove:tombstone",
    "remove:before_manifest",
    "assemble:before_card",
    "version:before_commit",
    "remove:objects",
    "remove:members",
)


def test_killed_anywhere_the_same_command_ends_in_the_same_state(place: Place, done: Done) -> None:
    traces = traces_of(place.film(GONE), place.workspace)
    for where in KILLED_AT:
        assert place.killed(where) == -9, where
    orphan = place.root / "home/scratch/films/abc/gone.mp4"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(traces["film"])
    with place.context.open() as artifacts:
        artifacts.store.put_member(orphan)
    stones, rewritten, purged = place.take_down("gone.mp4")
    assert purged.num_orphans == 1
    assert leaks(traces, place.root / "ws", place.root / "home", place.root / "remote") == []
    assert bytes_of(place.workspace.data) == bytes_of(done.place.workspace.data)
    assert [stone.versions for stone in stones] == [
        tuple(
            held.model_copy(update={"revision": version.revision})
            for held, version in zip(done.first[0][0].versions, place.workspace.versions()[1:], strict=True)
        )
    ]
    assert len(place.workspace.versions()) == 3 and Tombstones.of(place.workspace.root).all == tuple(stones)


def test_without_any_film_there_is_no_version_and_older_ones_stay_refused(place: Place) -> None:
    traces = traces_of(place.film(FAR), place.workspace)
    older = place.workspace.versions()[-1].revision
    stones, rewritten, _ = place.take_down("gone.mp4", "near.mp4", "far.mp4")
    assert (rewritten.outcome, rewritten.why) == ("emptied", "no shot of any other film is left")
    assert len(stones) == 3
    assert not place.workspace.data.exists() and not (place.workspace.root / "data.dvc").exists()
    assert leaks(traces, place.root / "ws", place.root / "home", place.root / "remote") == []
    with pytest.raises(NotFoundError, match="has no version yet"):
        place.workspace.pull()
    with pytest.raises(NotFoundError, match="far.mp4 was taken down"):
        place.workspace.pull(older)
    assert place.take_down("far.mp4")[1].outcome == "emptied"


def test_what_is_not_clear_is_refused_before_anything_happens(place: Place) -> None:
    before = bytes_of(place.workspace.data)
    with pytest.raises(NotFoundError, match=r"no version ever held a film 'gon.mp4'; did you mean 'gone.mp4'"):
        place.plan("gon.mp4")
    with pytest.raises(NotFoundError, match="no version ever held"):
        place.plan("a" * 64)
    with pytest.raises(NotFoundError):
        place.plan("../../etc/passwd\0")
    (place.workspace.root / "data.dvc").write_text("outs: []\n")
    with pytest.raises(ConflictError, match="is not that of the latest version"):
        place.plan("gone.mp4")
    subprocess.run(["git", "checkout", "-q", "data.dvc"], cwd=place.workspace.root, check=True)
    (place.workspace.data / "card.json").unlink()
    with pytest.raises(ConflictError, match="a run was killed while it moved"):
        place.plan("gone.mp4")
    assert bytes_of(place.workspace.data) | {"card.json": before["card.json"]} == before
    assert not (place.workspace.root / "tombstones").exists()
