"""Tombstones: what was taken down from a workspace, by whom, when and why; versioned with the dataset, never removed.

A tombstone is written before the first byte goes, so that a takedown that was killed is finished by the next attempt.
It outlives its commit: who has an older revision checked out still reads it from the other branches of the repository.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

from pegbar.errors import ConfigurationError, NotFoundError
from pegbar.files import write_bytes
from pegbar.records import Record
from pegbar.versions.commands import Git

TOMBSTONES_FOLDER = "tombstones"


class HeldVersion(Record):
    """A version of the dataset that held what was taken down.

    Args:
        revision: the git commit; empty for a dataset that no commit names.
        pointer: the md5 by which DVC knows the whole dataset.
        dataset_digest: the card's digest; empty where neither commit nor card tells.
        could_be_learnt: whether a model trained on it may have learnt from what was taken down.
    """

    revision: str
    pointer: str
    dataset_digest: str
    could_be_learnt: bool


class Tombstone(Record):
    """One film that was taken down (`kind` has a place for what else can be).

    Args:
        source: where the film came from, as its row said.
        removed_at: in UTC, ISO 8601.
        taken_from: digest of the dataset that lay in the workspace then; empty where there was none.
        versions: every version that held it; none of them can be fetched any more.
    """

    kind: Literal["film"] = "film"
    film_id: str
    sha256: str
    name: str
    source: str
    removed_by: str
    removed_at: str
    reason: str
    taken_from: str
    versions: tuple[HeldVersion, ...]

    @property
    def path(self) -> str:
        """Where it lies, relative to its workspace."""
        return f"{TOMBSTONES_FOLDER}/{self.film_id}.json"

    @property
    def title(self) -> str:
        """What happened, in one line."""
        return (
            f"{self.name or self.film_id} was taken down on {self.removed_at[:10]} by {self.removed_by}: "
            f"{self.reason} ({self.path})"
        )

    def concerns(self, item_id: str) -> bool:
        """Tell whether an item (a film, story, shot, character ...) is the film or a part of it."""
        return item_id == self.film_id or item_id.startswith(f"{self.film_id}-")


class Tombstones:
    """All tombstones of a workspace, found by what they name."""

    def __init__(self, found: Iterable[Tombstone]) -> None:
        self.all: tuple[Tombstone, ...] = tuple(sorted(found, key=lambda stone: stone.film_id))
        self._by_sha256 = {stone.sha256: stone for stone in self.all}

    @classmethod
    def of(cls, root: Path) -> Self:
        """Read the tombstones of the workspace in `root`: those that lie there, and those of every branch and tag.

        Raises:
            ConfigurationError: a file is none. StorageError: git refused.
        """
        contents = {path.name: path.read_bytes() for path in sorted((root / TOMBSTONES_FOLDER).glob("*.json"))}
        git = Git(root)
        if git.is_repository():
            versioned = {name: blob for name, blob in _versioned(git) if name not in contents}
            contents |= {
                name: blob or b"" for name, blob in zip(versioned, git.blobs([*versioned.values()]), strict=True)
            }
        return cls(_read(name, content) for name, content in contents.items())

    def of_film(self, sha256: str) -> Tombstone | None:
        """Return the tombstone of a film by the sha256 of its bytes, or None."""
        return self._by_sha256.get(sha256)

    def of_pointer(self, pointer: str) -> tuple[Tombstone, ...]:
        """Return the tombstones of what a version held; `pointer` is its md5 in DVC."""
        return tuple(stone for stone in self.all if any(held.pointer == pointer for held in stone.versions))

    def of_training_data(self, dataset_digest: str, revision: str) -> tuple[Tombstone, ...]:
        """Return the tombstones of what a model may have learnt from, by the dataset it was trained on."""
        return tuple(
            stone for stone in self.all if any(_taught(held, dataset_digest, revision) for held in stone.versions)
        )

    def check_fetchable(self, pointer: str) -> None:
        """Let a version be fetched, or not.

        Raises:
            NotFoundError: something that the version held was taken down; it names the tombstones.
        """
        stones = self.of_pointer(pointer)
        if stones:
            raise NotFoundError(
                f"this version cannot be pulled any more: {'; '.join(stone.title for stone in stones)}",
                remedy="pegbar data versions, and check out one that is newer",
                subject=stones[0].film_id,
            )


def write_tombstone(root: Path, tombstone: Tombstone) -> None:
    """Write a tombstone into the workspace in `root`, whole and durably."""
    write_bytes(root / tombstone.path, tombstone.to_json())


def _taught(held: HeldVersion, dataset_digest: str, revision: str) -> bool:
    is_it = held.dataset_digest == dataset_digest if held.dataset_digest else held.revision == revision
    return held.could_be_learnt and is_it


def _versioned(git: Git) -> Sequence[tuple[str, str]]:
    """Return name and blob of every tombstone of any branch, tag or commit before them."""
    listed = git.run("rev-list", "--objects", "--all", "--", TOMBSTONES_FOLDER).splitlines()
    found = (line.partition(" ") for line in listed)
    return [(Path(path).name, blob) for blob, _, path in found if path.endswith(".json")]


def _read(name: str, content: bytes) -> Tombstone:
    try:
        return Tombstone.from_json(content)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{TOMBSTONES_FOLDER}/{name} is no tombstone: {error.what}",
            remedy=f"git checkout {TOMBSTONES_FOLDER}/{name}",
            subject=name,
        ) from error
