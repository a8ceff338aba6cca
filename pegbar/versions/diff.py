"""Two versions of a workspace compared, or one with the dataset as it lies, and what was committed in between."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pegbar.dataset import Dataset
from pegbar.errors import NotFoundError
from pegbar.records import Record
from pegbar.versions.commands import Git
from pegbar.versions.dataset_diff import DatasetDiff, changed_paths, diff_datasets, film_tables
from pegbar.versions.files import VersionFiles
from pegbar.versions.listing import find_version
from pegbar.versions.tombstones import TOMBSTONES_FOLDER
from pegbar.workspace import EDITS_FOLDER, POINTER, Version, Workspace

CommitKind = Literal["version", "edit", "takedown"]
FOLDERS: dict[str, CommitKind] = {POINTER: "version", EDITS_FOLDER: "edit", TOMBSTONES_FOLDER: "takedown"}


class Side(Record):
    """One of the two: a version, or without a revision the dataset as it lies.

    Args:
        differing_bytes: of its files that the other side has not.
    """

    revision: str | None
    dataset_digest: str
    message: str
    differing_bytes: int


class Commit(Record):
    """A commit on the way from one side to the other, and what it was about."""

    revision: str
    created_at: str
    message: str
    kinds: tuple[CommitKind, ...]


class VersionDiff(Record):
    """What changed from `before` to `after`; `commits` newest first."""

    before: Side
    after: Side
    diff: DatasetDiff
    commits: tuple[Commit, ...]


def diff_versions(workspace: Workspace, first: str | None = None, second: str | None = None) -> VersionDiff:
    """Compare two versions; the shards that differ are neither read nor fetched.

    Args:
        first: a version, as `find_version` understands it; by default the latest that is another dataset than `second`.
        second: a version; by default the dataset as it lies, or the latest version where none lies there.

    Raises:
        NotFoundError: there is no such version, or no other one. UsageError: several are meant.
        IntegrityError: a pointer, list or table is damaged. StorageError: one is neither in the cache nor in a remote.
    """
    after_version, after = _second(workspace, second)
    before_version = find_version(workspace.root, first) if first else _other(workspace, after)
    before = workspace.at(before_version.revision)
    tables = [*changed_paths(before, after, "tables/"), *film_tables(before, after)]
    for side in (before, after):
        if isinstance(side.files, VersionFiles):
            side.files.bring(path for path in tables if path in side.card.files)
    paths = changed_paths(before, after)
    return VersionDiff(
        before=_side(before_version, before, paths),
        after=_side(after_version, after, paths),
        diff=diff_datasets(before, after),
        commits=_commits(
            Git(workspace.root), before_version.revision, after_version.revision if after_version else "HEAD"
        ),
    )


def _second(workspace: Workspace, name: str | None) -> tuple[Version | None, Dataset]:
    if name is None:
        try:
            return None, workspace.dataset()
        except NotFoundError:
            name = "HEAD"
    version = find_version(workspace.root, name)
    return version, workspace.at(version.revision)


def _other(workspace: Workspace, after: Dataset) -> Version:
    for version in workspace.versions():
        if version.dataset_digest != after.digest:
            return version
    raise NotFoundError(
        f"{workspace.root} has no other version to compare with", remedy="pegbar data versions", subject=after.digest
    )


def _side(version: Version | None, dataset: Dataset, paths: Iterable[str]) -> Side:
    mine = [path for path in paths if path in dataset.card.files]
    return Side(
        revision=version.revision if version else None,
        dataset_digest=dataset.digest,
        message=version.message if version else "as it lies",
        differing_bytes=_num_bytes(dataset, mine),
    )


def _num_bytes(dataset: Dataset, paths: Sequence[str]) -> int:
    if isinstance(dataset.files, VersionFiles):
        return sum(dataset.files.sizes(paths).values())
    return sum((dataset.root / path).stat().st_size for path in paths)


def _commits(git: Git, first: str, second: str) -> tuple[Commit, ...]:
    log = git.run("log", "--name-only", "--format=%x01%H%x00%cI%x00%s%x00", f"{first}...{second}", "--", *FOLDERS)
    return tuple(_commit(entry) for entry in log.split("\x01") if entry.strip())


def _commit(entry: str) -> Commit:
    revision, created_at, message, names = entry.split("\0")
    touched = {name.partition("/")[0] for name in names.split("\n")}
    kinds = tuple(kind for folder, kind in FOLDERS.items() if folder in touched)
    return Commit(revision=revision, created_at=created_at, message=message, kinds=kinds)
