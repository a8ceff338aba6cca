"""A store in a folder: ``objects/ab/<sha256>`` and ``manifests/<key>.json``."""

import hashlib
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Literal

from pegbar.config import Config
from pegbar.digests import CHUNK_BYTES, digest_file
from pegbar.errors import ConfigurationError, NotFoundError, StorageError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes, written_aside
from pegbar.known_digests import file_stamp
from pegbar.store.keys import (
    changed_source,
    checked_key,
    checked_range,
    checked_source,
    damaged_member,
    manifest_keys,
)


class LocalStoreConfig(Config):
    """Settings of `LocalStore`."""

    kind: Literal["local"] = "local"
    root: Path

    def build(self) -> "LocalStore":
        """Construct the store; its folders appear with the first write.

        Raises:
            ConfigurationError: `root` is there and not a folder.
        """
        if self.root.exists() and not self.root.is_dir():
            raise ConfigurationError(
                f"the store's root {self.root} is not a folder",
                remedy="name a folder as store.root in settings.toml",
                subject=str(self.root),
            )
        return LocalStore(self)


class LocalStore:
    """Members and manifests as files, each written aside, fsynced and renamed."""

    def __init__(self, config: LocalStoreConfig) -> None:
        self.config = config
        self._objects = config.root / "objects"
        self._manifests = config.root / "manifests"

    def put_member(self, path: Path) -> str:
        """Store a file under its sha256; what is already there is read again and replaced if damaged."""
        with _readable(str(path), str(path)):
            sha256 = digest_file(checked_source(path))
        target = self._member(sha256)
        if target.is_file() and self.verify_member(sha256):
            return sha256
        with written_aside(target) as aside:
            with path.open("rb") as source, aside.open("wb") as sink:
                copied = _copy(source, sink)
            fault_point("store:before_rename")
            if copied != sha256:
                raise changed_source(path)
        return sha256

    def has_member(self, sha256: str) -> bool:
        """Tell whether the member is there (its bytes are not read)."""
        return self._member(sha256).is_file()

    def verify_member(self, sha256: str) -> bool:
        """Read all of the member's bytes and compare them with its name; missing is False."""
        try:
            with self._opened(sha256) as source:
                return hashlib.file_digest(source, "sha256").hexdigest() == sha256
        except NotFoundError:
            return False

    def stamp_member(self, sha256: str) -> str | None:
        """Return the file's device, inode, size and time of modification; missing is None."""
        try:
            with _readable(f"member {sha256[:12]} of the store", sha256):
                return file_stamp(self._member(sha256))
        except NotFoundError:
            return None

    def fetch_member(self, sha256: str, destination: Path) -> None:
        """Copy a member to a file, atomically and checked against its digest."""
        with self._opened(sha256) as source, written_aside(destination) as aside:
            with aside.open("wb") as sink:
                copied = _copy(source, sink)
            if copied != sha256:
                raise damaged_member(sha256, f"its sha256 is {copied[:12]}")

    def read_range(self, sha256: str, offset: int, size: int) -> bytes:
        """Return `size` bytes of a member from `offset`."""
        checked_range(offset, size)
        with self._opened(sha256) as source:
            content = os.pread(source.fileno(), size, offset)
        if len(content) != size:
            raise damaged_member(sha256, f"{len(content)} of {size} bytes at {offset}")
        return content

    def put_manifest(self, key: str, content: bytes) -> None:
        """Write a manifest whole or not at all; the last act of a step."""
        write_bytes(self._manifest(key), content)

    def read_manifest(self, key: str) -> bytes | None:
        """Return a manifest's bytes, or None."""
        manifest = self._manifest(key)
        try:
            with _readable(f"manifest {key[:12]}", key):
                return manifest.read_bytes()
        except NotFoundError:
            return None

    def list_manifests(self) -> Iterator[str]:
        """Yield every manifest key, in order."""
        if self._manifests.is_dir():
            yield from manifest_keys(sorted(entry.name for entry in self._manifests.iterdir()))

    def delete_manifest(self, key: str) -> None:
        """Remove a manifest; missing is fine."""
        self._delete(self._manifest(key))

    def delete_member(self, sha256: str) -> None:
        """Remove a member; missing is fine."""
        self._delete(self._member(sha256))

    def abort_stale_uploads(self, older_than_seconds: float) -> int:
        """Remove the temporary files of killed writers."""
        limit = time.time() - older_than_seconds
        stale = [part for part in self.config.root.rglob(".*.part") if _modified_at(part) <= limit]
        for part in stale:
            self._delete(part)
        return len(stale)

    def _member(self, sha256: str) -> Path:
        return self._objects / checked_key(sha256)[:2] / sha256

    def _manifest(self, key: str) -> Path:
        return self._manifests / f"{checked_key(key)}.json"

    def _delete(self, path: Path) -> None:
        with disk_errors(path):
            path.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, sha256: str) -> Iterator[BufferedReader]:
        member = self._member(sha256)
        with _readable(f"member {sha256[:12]} of the store", sha256):
            stream = member.open("rb")
        with stream:
            yield stream


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # its writer just finished
        return math.inf


def _copy(source: BinaryIO, sink: BinaryIO) -> str:
    state = hashlib.sha256()
    while chunk := source.read(CHUNK_BYTES):
        state.update(chunk)
        sink.write(chunk)
    return state.hexdigest()


@contextmanager
def _readable(what: str, subject: str) -> Iterator[None]:
    try:
        yield
    except StorageError:
        raise
    except FileNotFoundError as error:
        raise NotFoundError(f"{what} is not there", remedy="pegbar resume", subject=subject) from error
    except OSError as error:
        raise StorageError(f"cannot read {what}: {error.strerror}", remedy="pegbar doctor", subject=subject) from error
