"""Two versions compared where DVC has them: nothing is checked out, no shard is fetched."""

import shutil

import pytest

from pegbar.dvc_objects import objects_of
from pegbar.errors import NotFoundError, StorageError
from pegbar.version_diff import diff_versions
from pegbar.version_files import VersionFiles
from pegbar.versioning import Git
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


def test_edits_and_takedowns_in_between_are_told_in_either_direction(two_versions: Workspace) -> None:
    git = Git(two_versions.root)
    for folder in ("edits", "tombstones", "notes"):
        (two_versions.root / folder).mkdir()
        (two_versions.root / folder / "one.json").write_text("{}")
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
