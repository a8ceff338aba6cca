"""A patch into a version: all or nothing, once, whatever happens on the way, and again after the next curation."""

import json
import multiprocessing
import os
import resource
import shutil
from pathlib import Path
from typing import Any

import pytest
from clip_dataset import write_clip_dataset
from small_films import OPEN, context_of

from pegbar.errors import ConflictError, DiskFullError, GateFailedError, InputError, IntegrityError
from pegbar.faults import KILL_AT_VARIABLE
from pegbar.records import Decision
from pegbar.workspace import Workspace
from tasks.curation.assemble import files_of, move_in, stage
from tasks.curation.edits.adopt import adopt
from tasks.curation.edits.config import EditConfig
from tasks.curation.edits.dataset import accept, edit_packed, edit_version, judge_staged, stage_edited
from tasks.curation.edits.kept import is_versioned, keep_patch, kept_patches
from tasks.curation.edits.patch import AcceptedPatch
from tasks.curation.edits.reading import read_patch
from tasks.curation.gate import make_version

STORY = "ab00000000000000-s000"
SPLIT = {"edit": "split", "id": f"{STORY}-0001", "frame": 21}
CAPTION = {"edit": "shot", "id": f"{STORY}-0001-2", "caption": "It stops."}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Place:
    """A home and a workspace, a copy of one with one version of the small dataset."""

    def __init__(self, root: Path, first: Path) -> None:
        self.home = root / "home"
        shutil.copytree(first, root / "ws")
        self.workspace = Workspace.open(root / "ws")
        self.first = self.workspace.dataset().digest

    def patch(self, *edits: dict[str, Any], dataset: str | None = None) -> AcceptedPatch:
        path = self.home.parent / "patch.json"
        fields = {"dataset": dataset or self.workspace.dataset().digest, "author": "Ann", "reason": "By eye."}
        path.write_text(json.dumps(fields | {"edits": edits}))
        return read_patch(path)

    def edit(
        self, patch: AcceptedPatch, kill_at: str = "", accepts_drift: bool = False, makes_version: bool = True
    ) -> None:
        """What flows/edit.py does, without the orchestrator; perhaps without the version, which takes DVC seconds."""
        if kill_at:
            os.environ[KILL_AT_VARIABLE] = kill_at
        with context_of(self.home).open() as artifacts:
            edited = edit_version(artifacts, self.workspace, patch)
            staged = stage_edited(artifacts, self.workspace, edited)
        report = judge_staged(self.workspace, staged, accepts_drift)
        accept(self.workspace, patch, staged)
        if makes_version:
            make_version(self.workspace, report, patch.title)

    def killed(self, patch: AcceptedPatch, place: str) -> int | None:
        """Edit in a process that is killed at a place; return how it ended."""
        process = multiprocessing.get_context("fork").Process(target=self.edit, args=(patch, place))
        process.start()
        process.join(120)
        return process.exitcode


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace.create(tmp_path_factory.mktemp("first"))
    write_clip_dataset(workspace.data)
    workspace.commit_version("First")
    workspace.previous_card("")  # fetched once for every copy
    return workspace.root


@pytest.fixture
def place(tmp_path: Path, first: Path) -> Place:
    return Place(tmp_path, first)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, first: Path) -> Place:
    place = Place(tmp_path_factory.mktemp("undisturbed"), first)
    place.edit(place.patch(SPLIT, CAPTION), makes_version=False)
    return place


def test_killed_anywhere_the_same_command_ends_with_the_same_bytes_and_one_version_that_says_who_and_why(
    place: Place, undisturbed: Place
) -> None:
    patch = place.patch(SPLIT, CAPTION)
    untouched = {path: path.stat().st_mtime_ns for path in place.workspace.data.rglob("cd*")}
    for where in ("edit:before_manifest", "assemble:before_card"):
        assert place.killed(patch, where) == -9, where
    assert not is_versioned(place.workspace, patch)
    with pytest.raises(ConflictError, match="did not come to its end"):
        place.edit(place.patch(CAPTION, dataset=place.first))
    place.edit(patch)
    assert bytes_of(place.workspace.data) == bytes_of(undisturbed.workspace.data)
    assert bytes_of(place.workspace.edits) == bytes_of(undisturbed.workspace.edits)
    assert [version.message for version in place.workspace.versions()] == ["Edited by Ann: By eye.", "First"]
    assert is_versioned(place.workspace, patch) and kept_patches(place.workspace) == [patch]
    assert len(untouched) == 2 and all(path.stat().st_mtime_ns == time for path, time in untouched.items())
    dataset = place.workspace.dataset()
    dataset.verify()
    assert (dataset.card.counts["shots"], dataset.card.funnel["edit: shot"]) == (7, {"kept": 2})
    assert [shot.caption for shot in dataset.shots() if shot.shot_id == CAPTION["id"]] == ["It stops."]
    with pytest.raises(ConflictError, match="was written against dataset"):
        place.edit(place.patch(CAPTION, dataset=place.first))


def test_what_is_refused_leaves_the_version_before_in_place(place: Place) -> None:
    before = bytes_of(place.workspace.data)
    with pytest.raises(InputError, match=r"1 of 2 edits cannot be applied, so none is: edit 2 \(shot ab-gone\)"):
        place.edit(place.patch(SPLIT, {"edit": "shot", "id": "ab-gone", "kept": False}))
    out = [{"edit": "shot", "id": f"{STORY}-{number:04d}", "kept": False} for number in range(3)]
    drifting = place.patch(*out)
    with pytest.raises(GateFailedError, match="the one before stays: .*kept_share") as refused:
        place.edit(drifting)
    assert "--accept-drift" in refused.value.remedy
    with context_of(place.home).open() as artifacts, pytest.raises(DiskFullError):
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
        try:
            edit_version(artifacts, place.workspace, place.patch({"edit": "story", "id": STORY, "kept": False}))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert bytes_of(place.workspace.data) == before
    assert kept_patches(place.workspace) == [] and len(place.workspace.versions()) == 1
    place.edit(drifting, accepts_drift=True, makes_version=False)
    assert sum(shot.kept for shot in place.workspace.dataset().shots()) == 3


@pytest.mark.parametrize("damage", ["shards/ab-0000.tar", "tables/films/cd.parquet"])
def test_a_damaged_dataset_is_not_edited(place: Place, damage: str) -> None:
    patch = place.patch(SPLIT)
    (place.workspace.data / damage).unlink()
    (place.workspace.data / damage).write_bytes(b"damaged")
    with context_of(place.home).open() as artifacts, pytest.raises(IntegrityError, match="differs from the card"):
        stage_edited(artifacts, place.workspace, edit_version(artifacts, place.workspace, patch))


def test_accepted_edits_outlive_the_next_curation_and_what_no_longer_fits_says_so(place: Place) -> None:
    """The first version's groups stand for a curation's: they know nothing of any edit."""
    keep_patch(place.workspace, place.patch(SPLIT, CAPTION))
    keep_patch(place.workspace, place.patch({"edit": "shot", "id": CAPTION["id"], "kept": False}))
    gone = {"edit": "drop_reference", "id": "ef00000000000000-s000-c0-r0"}
    keep_patch(place.workspace, place.patch({"edit": "merge", "id": f"{STORY}-0000", "next": f"{STORY}-0002"}, gone))
    with context_of(place.home).open() as artifacts:
        (fresh,) = adopt(artifacts, place.workspace.data, place.first, ["ab"]).groups
        groups = edit_packed(artifacts, place.workspace, [fresh], EditConfig())
        assert groups == edit_packed(artifacts, place.workspace, [fresh], EditConfig())
        assert [group.group for group in groups] == ["ab", "ef"]
        move_in(
            place.workspace,
            stage(artifacts, place.workspace, files_of(artifacts, groups), OPEN.model_dump(mode="json")),
        )
    dataset = place.workspace.dataset()
    dataset.verify()
    (second,) = [shot for shot in dataset.shots() if shot.shot_id == CAPTION["id"]]
    assert (second.caption, second.kept) == ("It stops.", False)
    told: dict[str, Decision] = {one.item_id: one for one in dataset.decisions() if one.gate == "edit"}
    assert told[second.shot_id].outcome == "rejected"
    assert "does not follow" in told[f"{STORY}-0000"].reason and told[f"{STORY}-0000"].outcome == "kept"
    assert (told[gone["id"]].outcome, "there is no reference" in told[gone["id"]].reason) == ("rejected", True)


def test_a_kept_patch_that_was_changed_by_hand_is_not_applied(place: Place) -> None:
    path = keep_patch(place.workspace, place.patch(SPLIT))
    path.write_text(path.read_text().replace("By eye.", "By ear."))
    with pytest.raises(IntegrityError, match="was changed after it was accepted"):
        kept_patches(place.workspace)
