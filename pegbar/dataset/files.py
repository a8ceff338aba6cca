"""Where a dataset's files lie: the one thing that differs between a folder and a store."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pegbar.digests import digest_file
from pegbar.errors import IntegrityError, NotFoundError, StorageError
from pegbar.known_digests import KnownDigests, file_stamp, stamp_of

CARD_NAME = "card.json"
Range = tuple[str, int, int]
"""(path, offset, size)."""


class DatasetFiles(Protocol):
    """Reads what a dataset's card lists. Nothing is checked but presence and length: `Dataset` compares digests."""

    @property
    def source(self) -> str:
        """Return where the files lie, for people and for lineage."""
        ...

    def card(self) -> bytes:
        """Return the card.

        Raises:
            NotFoundError: there is none, so there is no dataset.
        """
        ...

    def read(self, path: str) -> bytes:
        """Return a whole file.

        Raises:
            IntegrityError: it is missing. StorageError: it cannot be read.
        """
        ...

    def read_ranges(self, ranges: Sequence[Range]) -> list[tuple[bytes, str | None]]:
        """Return the bytes of each range, and the digest its whole file is known to have.

        That is None unless all of the file was read before and its stamp has not changed since.

        Raises:
            IntegrityError: a file is missing or too short. StorageError: it cannot be read.
        """
        ...

    def is_whole(self, path: str, sha256: str, known: KnownDigests | None) -> bool:
        """Read all of a file, unless its digest is known under its present stamp, and compare it with `sha256`.

        Raises:
            IntegrityError: it is missing. StorageError: it cannot be read.
        """
        ...

    def listed(self) -> Iterator[str]:
        """Yield the path of every file that lies there beside the card, in order."""
        ...


class FolderFiles:
    """The files of a dataset in a folder (a workspace's ``data/``).

    Args:
        known: digests of files that were read whole before.
    """

    def __init__(self, root: Path, known: KnownDigests | None = None) -> None:
        self.root = root
        self.known = known
        self._digests: dict[str, tuple[str, str | None]] = {}

    @property
    def source(self) -> str:
        """Return the folder's path."""
        return str(self.root)

    def card(self) -> bytes:
        """Return the card."""
        path = self.root / CARD_NAME
        if not path.is_file():
            raise NotFoundError(
                f"no dataset in {self.root}",
                remedy="pegbar curate SOURCE, or pegbar data pull to fetch the current version",
                subject=str(self.root),
            )
        return path.read_bytes()

    def read(self, path: str) -> bytes:
        """Return a whole file."""
        descriptor = self._opened(path)
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read()

    def read_ranges(self, ranges: Sequence[Range]) -> list[tuple[bytes, str | None]]:
        """Return the bytes of each range: one read each."""
        return [self._read_range(*one) for one in ranges]

    def is_whole(self, path: str, sha256: str, known: KnownDigests | None) -> bool:
        """Compare a file's digest with `sha256`."""
        os.close(self._opened(path))
        file = self.root / path
        is_whole = (known.of_file(file) if known is not None else digest_file(file)) == sha256
        self._digests.pop(path, None)
        self._digest_under(path, file_stamp(file))  # asked again here, so that workers need not
        return is_whole

    def listed(self) -> Iterator[str]:
        """Yield every file beside the card."""
        for file in sorted(self.root.rglob("*")):
            relative = file.relative_to(self.root).as_posix()
            if file.is_file() and relative != CARD_NAME:
                yield relative

    def _read_range(self, path: str, offset: int, size: int) -> tuple[bytes, str | None]:
        descriptor = self._opened(path)
        try:
            status = os.fstat(descriptor)
            left = status.st_size - offset
            if left < size:
                raise damaged(path, f"is short: {max(left, 0)} of {size} bytes at {offset}")
            return os.pread(descriptor, size, offset), self._digest_under(path, stamp_of(status))
        finally:
            os.close(descriptor)

    def _digest_under(self, path: str, stamp: str) -> str | None:
        """Return the digest a file is known to have under a stamp; asked of the memory once."""
        if self.known is None:
            return None
        asked = self._digests.get(path)
        if asked is None or asked[0] != stamp:
            asked = stamp, self.known.recall(str((self.root / path).absolute()), stamp)
            self._digests[path] = asked
        return asked[1]

    def _opened(self, path: str) -> int:
        try:
            return os.open(f"{self.root}/{path}", os.O_RDONLY)
        except FileNotFoundError as error:
            raise damaged(path, "is missing") from error
        except OSError as error:
            raise StorageError(
                f"{path} cannot be read: {error.strerror}", remedy="pegbar doctor", subject=path
            ) from error


def damaged(path: str, how: str) -> IntegrityError:
    """Return the error for a file of a dataset that is not as its card says."""
    return IntegrityError(f"{path} {how}", remedy="pegbar data pull", subject=path)
