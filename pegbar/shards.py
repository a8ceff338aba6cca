"""Shards: plain tars in the WebDataset form whose members are found by offset, the same bytes every time."""

import io
import tarfile
from pathlib import Path
from types import TracebackType
from typing import Self

from pegbar.digests import digest_bytes
from pegbar.errors import InputError
from pegbar.records import Member


class ShardWriter:
    """Writes one tar; use it as a context manager and add samples in a fixed order.

    Members of one sample share the name up to the first dot (the WebDataset key). Headers carry no time, user or
    permission of this machine, so that equal members give equal bytes.
    """

    def __init__(self, path: Path, shard: str) -> None:
        self._shard = shard
        self._tar = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - closed in __exit__
        self._names: set[str] = set()

    def add(self, name: str, content: bytes) -> Member:
        """Append a member and return where its bytes lie.

        Raises:
            InputError: the name is taken, has a slash or no extension.
        """
        if name in self._names or "/" in name or "." not in name or name.startswith("."):
            raise InputError(
                f"{name!r} cannot be a member of shard {self._shard}",
                remedy="give every member a plain name of its own with an extension",
                subject=name,
            )
        self._names.add(name)
        header = tarfile.TarInfo(name)
        header.size, header.mtime, header.mode = len(content), 0, 0o644
        offset = self._tar.offset + tarfile.BLOCKSIZE  # a USTAR header of a short name is one block
        self._tar.addfile(header, io.BytesIO(content))
        return Member(shard=self._shard, name=name, offset=offset, size=len(content), sha256=digest_bytes(content))

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the end of the archive."""
        self._tar.close()
