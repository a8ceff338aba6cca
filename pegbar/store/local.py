"""A store in a folder: ``objects/ab/<sha256>`` and ``manifests/<key>.json``."""

import hashlib
import math
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Literal

from pegbar.config import Config
from pegbar.digests import CHUNK_BYTES, digest_file
from pegbar.errors import ConfigurationError, NotFoundError, StorageError
from pegbar.faults import fault_point
from pegbar.files import READ_ONLY, disk_errors, linked, write_bytes, written_aside
from pegbar.known_digests import file_stamp
from pegbar.store.base import StoredMember
from pegbar.store.keys import (
    changed_source,
    checked_key,
    checked_range,
    checked_source,
    damaged_member,
    is_key,
    manifest_keys,
)


class LocalStoreConfig(Config):
    """Settings of `LocalStore`.

    Args:
        links: give a file a second name instead of copying its bytes, where the file system can.
    """

    kind: Literal["local"] = "local"
    root: Path
    links: bool = True

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

    def put_member(self, path: Path, *, give_up: bool = False) -> str:
        """Store a file under its sha256; what is already there is read again and replaced if damaged."""
        with _readable(str(path), str(path)):
            sha256 = digest_file(checked_source(path))
        target = self._member(sha256)
        if target.is_file() and self.verify_member(sha256):
            with disk_errors(target):
                target.chmod(READ_ONLY)  # its bytes and stamp stay, its age begins anew
            return sha256
        with written_aside(target, READ_ONLY) as aside:
            if not (give_up and self.config.links and _is_ours_alone(path) and _relinked(path, aside)):
                with path.open("rb") as source, aside.open("wb") as sink:
                    if _copy(source, sink) != sha256:
                        raise changed_source(path)
            fault_point("store:before_rename")
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

    def stamp_members(self, sha256s: Iterable[str]) -> dict[str, str]:
        """Return the stamps of those members that are there."""
        stamps = {sha256: self.stamp_member(sha256) for sha256 in sha256s}
        return {sha256: stamp for sha256, stamp in stamps.items() if stamp is not None}

    def fetch_member(self, sha256: str, destination: Path) -> None:
        """Bring a member to a file that may not be written into: the member itself under a second name, or a copy."""
        member = self._member(sha256)
        with self._opened(sha256) as source, written_aside(destination, READ_ONLY) as aside:
            if self.config.links and _relinked(member, aside) and _is_same(source, aside):
                found = hashlib.file_digest(source, "sha256").hexdigest()
            else:
                aside.unlink(missing_ok=True)
                with aside.open("wb") as sink:
                    found = _copy(source, sink)
            if found != sha256:
                raise damaged_member(sha256, f"its sha256 is {found[:12]}")

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

    def list_members(self) -> Iterator[StoredMember]:
        """Yield every member, in order of its digest (no bytes are read)."""
        for folder in _sorted(self._objects):
            for entry in _sorted(Path(folder.path)) if folder.is_dir() else ():
                if is_key(entry.name):
                    with suppress(FileNotFoundError):  # somebody removed it meanwhile
                        found = entry.stat()
                        # a second name or a second put changes ctime alone
                        age_seconds = max(0.0, time.time() - max(found.st_mtime, found.st_ctime))
                        yield StoredMember(entry.name, found.st_size, age_seconds)

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


def _is_ours_alone(path: Path) -> bool:
    """Tell whether a file has one name only, so that nobody can write to it by another one."""
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _relinked(origin: Path, aside: Path) -> bool:
    aside.unlink()
    return linked(origin, aside)


def _is_same(source: BufferedReader, path: Path) -> bool:
    """Tell whether an open file is the one at a path: a member may be replaced between opening and linking."""
    return os.path.samestat(os.fstat(source.fileno()), path.stat())


def _sorted(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


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
