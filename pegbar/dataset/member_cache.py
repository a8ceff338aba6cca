"""Bytes kept on this machine by their digest, so that a network is crossed once per member.

One folder, shared by any number of processes and threads, never over its bound: room is taken under a lock, counted in
a file, before bytes are written. What was used longest ago goes first. Losing or damaging any of it costs a second
reading, so nothing is fsynced; and a disk that takes no more bytes costs the cache, not the reader.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import Field

from pegbar.config import Config
from pegbar.digests import digest_bytes
from pegbar.store.keys import checked_key

LOCK_NAME, SIZE_NAME = "lock", "num_bytes"
SHARE_AFTER_EVICTION = 0.9  # of the bound: a full cache is listed once in a while, not with every member
_log = logging.getLogger(__name__)


class MemberCacheConfig(Config):
    """Settings of `MemberCache`."""

    root: Path
    max_bytes: int = Field(default=20 * 1024**3, ge=0)

    def build(self) -> "MemberCache":
        """Construct the cache; its folder appears with the first member."""
        return MemberCache(self)


class MemberCache:
    """Keeps whole byte strings under their sha256: ``<root>/ab/<sha256>``."""

    def __init__(self, config: MemberCacheConfig) -> None:
        self.config = config
        self._is_off = False

    def get(self, sha256: str) -> bytes | None:
        """Return what is kept under a digest and mark it as used; what is damaged is dropped.

        Raises:
            HostileNameError: it is no digest.
        """
        path = self._path(sha256)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):  # dropped by another process meanwhile, or not ours to write
            if digest_bytes(content) != sha256:
                path.unlink()
                return None
            os.utime(path)
        return content

    def put(self, sha256: str, content: bytes) -> None:
        """Keep bytes whose digest was checked; the least recently used ones make room.

        A disk that cannot be written to is said once, and this process keeps nothing more.
        """
        path = self._path(sha256)
        if self._is_off or len(content) > self.config.max_bytes:
            return
        try:
            with self._locked():
                if not path.exists():
                    self._make_room(len(content))
                    _write(path, content)
        except OSError as error:
            self._is_off = True
            _log.warning("reading goes on without the cache %s: %s", self.config.root, error.strerror)

    def _path(self, sha256: str) -> Path:
        return self.config.root / checked_key(sha256)[:2] / sha256

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.config.root.mkdir(parents=True, exist_ok=True)
        with (self.config.root / LOCK_NAME).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_room(self, num_bytes: int) -> None:
        """Count the bytes to come before they are there: a process killed in between leaves too high a count."""
        counted = self.config.root / SIZE_NAME
        try:
            total = int(counted.read_text())
        except (FileNotFoundError, ValueError):
            total = self._evict(self.config.max_bytes - num_bytes)
        if total + num_bytes > self.config.max_bytes:
            total = self._evict(int((self.config.max_bytes - num_bytes) * SHARE_AFTER_EVICTION))
        counted.write_text(str(total + num_bytes))

    def _evict(self, max_bytes: int) -> int:
        """Drop what killed writers left, then what was used longest ago, down to so many bytes; return what stays."""
        found = []
        for path in self.config.root.glob("??/*"):
            with suppress(FileNotFoundError):  # a reader just dropped it as damaged
                status = path.stat()
                found.append((status.st_mtime_ns if len(path.name) == 64 else 0, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for used, size, path in sorted(found):
            if used and total <= max_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size
        return total


def _write(path: Path, content: bytes) -> None:
    """Write aside and rename, without waiting for the disk; nothing is left of what did not fit."""
    aside = path.with_name(f"{path.name}.part")
    path.parent.mkdir(exist_ok=True)
    try:
        aside.write_bytes(content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
