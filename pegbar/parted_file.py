"""A file that is fetched in parts: what was finished survives kill -9, and is verified before it is built upon.

A part is written, synced and only then noted with its digest, so that a note never promises bytes that are not there.
"""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pegbar.digests import digest_bytes
from pegbar.errors import ConfigurationError, InputError, NotFoundError, SourceError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes
from pegbar.records import Record

PART_FAULT_POINT = "download:part"


class Part(Record):
    """One note: `size` bytes from `offset` are there, and have this digest."""

    offset: int
    size: int
    sha256: str


class PartedFile:
    """The parts of one file in a folder of its own; several threads may write."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "content"
        self.identity: str | None = None
        """What the parts are of, such as an ETag; None where nothing was begun."""
        self._notes = folder / "parts.jsonl"
        self._lock = threading.Lock()
        self._parts: dict[int, Part] = {}
        self._recover()

    @property
    def sizes(self) -> dict[int, int]:
        """Size of every part that is there, by its offset."""
        return {offset: part.size for offset, part in self._parts.items()}

    @property
    def end(self) -> int:
        """How many bytes are there from the first on without a gap."""
        end = 0
        while end in self._parts:
            end += self._parts[end].size
        return end

    def begin(self, identity: str) -> None:
        """Drop every part, for those of something else."""
        with disk_errors(self.path):
            self.path.write_bytes(b"")
        write_bytes(self._notes, json.dumps(identity).encode())
        self.identity, self._parts = identity, {}

    def write(self, offset: int, content: bytes) -> None:
        """Add a part, which is not empty.

        Raises:
            DiskFullError: no space left; the parts before are still there.
        """
        part = Part(offset=offset, size=len(content), sha256=digest_bytes(content))
        with self._lock, disk_errors(self.path):
            with self.path.open("r+b") as stream:
                stream.seek(offset)
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            with self._notes.open("ab") as notes:
                notes.write(b"\n" + part.to_json())  # a note that a kill cut off spoils no other
            self._parts[offset] = part
        fault_point(PART_FAULT_POINT)

    def _recover(self) -> None:
        """Take up what an earlier process left; what does not verify is as if it had never been."""
        try:
            first, *notes = self._notes.read_bytes().split(b"\n")
            self.identity = json.loads(first)
            with self.path.open("rb") as content:
                for part in filter(None, map(_read, notes)):
                    content.seek(part.offset)
                    if digest_bytes(content.read(part.size)) == part.sha256:
                        self._parts[part.offset] = part
        except (FileNotFoundError, ValueError):
            self.identity, self._parts = None, {}


def _read(note: bytes) -> Part | None:
    try:
        return Part.from_json(note)
    except ConfigurationError:
        return None


@contextmanager
def parted_file(folder: Path) -> Iterator[PartedFile]:
    """Give the parts that a folder holds, to one process at a time; others wait.

    The folder is gone after a clean end, and where what came, or would come, is of no use (an `InputError` of its own,
    a `NotFoundError`). After any other error, and after a kill, the parts stay for the next try.
    """
    lock = _locked(folder)
    try:
        yield PartedFile(folder)
    except (InputError, NotFoundError) as error:
        if not isinstance(error, SourceError):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    else:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _locked(folder: Path) -> int:
    """Return the folder, made and locked, as a file descriptor; a folder that its last user removed is made anew."""
    while True:
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists() and folder.stat().st_ino == os.fstat(lock).st_ino:
            return lock
        os.close(lock)
