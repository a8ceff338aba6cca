"""Two versions compared where DVC has them: nothing is checked out, no shard is fetched."""

import shutil

import pytest

from pegbar.errors import NotFoundError, StorageError
from pegbar.files import write_text
from pegbar.versions.commands import Git
from pegbar.versions.diff import diff_versions
from pegbar.versions.files import VersionFiles
from pegbar.versions.objects import objects_of
from pegbar.versions.tombstones import TOMBSTONES_FOLDER, Tombstone, write_tombstone
from pegbar.workspace import Workspace

SHARD = "shards/ab-0000.tar"
NUM_SHARD_BYTES = 20480  # ten members of less than a block each, ten headers and the end: two records of a tar


def test_two_versions_are_compared_from_the_remote_without_their_shards(two_versions: Workspace) -> None:
    root = two_versions.root
    shard = objects_of(root, "HEAD")[SHARD]
    shutil.rmtree(two_versions.data)
    shutil.rmtree(root / ".dvc" / "cache")
    second, first = two_versions.versions()
    found = diff_versions(two_versions)
    assert (found.before.revision, found.after.revision) == (first.revision, second.revision)
    assert [change.num_rows for change in found.diff.changed] == [1]
    assert [(commit.message, commit.kinds) for commit in found.commits] == [("Second", ("version",))]
    assert VersionFiles(root, first.revision).sizes([SHARD]) == {SHARD: NUM_SHARD_BYTES}
    assert not two_versions.data.exists()
    assert not (root / ".dvc/cache/files/md5" / shard[:2] / shard[2:]).exists()
    name = objects_of(root, first.revision)["tables/stories/ab.parquet"]
    size = (root / ".dvc-remote/files/md5" / name[:2] / name[2:]).stat().st_size
    assert found.before.differing_bytes == size


def test_the_dataset_as_it_lies_is_compared_with_the_latest_version_it_is_not(two_versions: Workspace) -> None:
    found = diff_versions(two_versions)
    assert (found.before.message, found.after.message, found.after.revision) == ("First", "as it lies", None)
    same = diff_versions(two_versions, "HEAD")
    assert same.diff.is_empty
    assert same.commits == ()


ELSEWHERE = Tombstone(
    film_id="f" * 16, sha256="f" * 64, name="film.mp4", source="films/film.mp4", removed_by="me",
    removed_at="2026-11-21T00:00:00Z", reason="asked", taken_from="", versions=(),
)  # fmt: skip


def test_edits_and_takedowns_in_between_are_told_in_either_direction(two_versions: Workspace) -> None:
    git = Git(two_versions.root)
    write_tombstone(two_versions.root, ELSEWHERE)
    for folder in ("edits", "tombstones", "notes"):
        if folder != TOMBSTONES_FOLDER:
            write_text(two_versions.root / folder / "one.json", "{}")
        git.run("add", folder)
        git.run("commit", "--quiet", "--message", folder)
    first = two_versions.versions()[1].revision
    git.run("tag", "last")
    found = diff_versions(two_versions, first)
    assert [commit.kinds for commit in found.commits] == [("takedown",), ("edit",), ("version",)]
    assert diff_versions(two_versions, "last", first).commits == found.commits[2:]


def test_one_version_has_nothing_to_be_compared_with(two_versions: Workspace) -> None:
    two_versions.pull("HEAD~1")
    Git(two_versions.root).run("reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(NotFoundError, match="no other version"):
        diff_versions(two_versions)


def test_a_card_is_checked_before_it_is_believed(two_versions: Workspace) -> None:
    name = objects_of(two_versions.root, "HEAD~1")["card.json"]
    for place in (".dvc/cache", ".dvc-remote"):
        path = two_versions.root / place / "files/md5" / name[:2] / name[2:]
        path.chmod(0o644)
        path.write_bytes(b"{}")
    with pytest.raises(StorageError, match=f"first {name}"):
        two_versions.at("HEAD~1")
