"""What every store can do: hold content-addressed members, and small manifests put last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class StoredMember:
    """A member as a listing shows it.

    Args:
        age_seconds: since it was last written or put again, by the clock of whoever keeps it.
    """

    sha256: str
    size_bytes: int
    age_seconds: float


class Store(Protocol):
    """Members are named by the sha256 of their bytes, manifests by an artifact key.

    A store is never a lock: who may write is decided in the journal, and two writers of the same
    member write the same bytes.
    """

    def put_member(self, path: Path, *, give_up: bool = False) -> str:
        """Store a file under its sha256 and return it; a second time does nothing, unless it was damaged.

        Args:
            give_up: nobody will write to the file any more, so the store may keep it itself instead of a copy.

        Raises:
            NotFoundError: no such file. InputError: not a regular file.
            IntegrityError: the file changed while it was read.
            StorageError: full, read-only or unreachable.
        """
        ...

    def has_member(self, sha256: str) -> bool:
        """Tell whether the member is there (its bytes are not read)."""
        ...

    def verify_member(self, sha256: str) -> bool:
        """Read all of the member's bytes and tell whether they are what its name says; missing is False.

        Raises:
            StorageError: unreachable (which says nothing about the bytes).
        """
        ...

    def stamp_member(self, sha256: str) -> str | None:
        """Return what changes whenever the member's object is written (its bytes are not read); missing is None.

        Raises:
            StorageError: unreachable.
        """
        ...

    def stamp_members(self, sha256s: Iterable[str]) -> dict[str, str]:
        """Return the stamps of those members that are there, asked for at once where asking takes long.

        Raises:
            StorageError: unreachable.
        """
        ...

    def fetch_member(self, sha256: str, destination: Path) -> None:
        """Bring a member to a file, atomically and checked against its digest.

        The file may be the store's own under a second name: read it, replace it, remove it, but never write into it.

        Raises:
            NotFoundError: not there. IntegrityError: its bytes differ from its name.
        """
        ...

    def read_range(self, sha256: str, offset: int, size: int) -> bytes:
        """Return `size` bytes of a member from `offset`.

        Raises:
            NotFoundError: not there. IntegrityError: fewer bytes than asked for.
        """
        ...

    def put_manifest(self, key: str, content: bytes) -> None:
        """Write a manifest whole or not at all; the last act of a step."""
        ...

    def read_manifest(self, key: str) -> bytes | None:
        """Return a manifest's bytes, or None."""
        ...

    def list_manifests(self) -> Iterator[str]:
        """Yield every manifest key, in order."""
        ...

    def list_members(self) -> Iterator[StoredMember]:
        """Yield every member, in order of its digest (no bytes are read)."""
        ...

    def delete_manifest(self, key: str) -> None:
        """Remove a manifest; missing is fine."""
        ...

    def delete_member(self, sha256: str) -> None:
        """Remove a member; missing is fine."""
        ...

    def abort_stale_uploads(self, older_than_seconds: float) -> int:
        """Drop what killed writers left half done and nobody touched since; return how many there were."""
        ...
