"""A claim on a folder: one holder at a time, named to everybody else, and free again the moment its process dies."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pegbar.errors import ConfigurationError, ConflictError
from pegbar.files import disk_errors
from pegbar.records import Record

_held: set[int] = set()


class Holder(Record):
    """Who holds a claim: `name` is a run or a command, `pid` a process of `host`."""

    name: str
    pid: int
    host: str
    since: str


@contextmanager
def claimed(path: Path, name: str) -> Iterator[None]:
    """Hold the claim that `path` stands for within the block.

    The file stays when the claim ends (removing it would let two processes lock two files of one name); what it says is
    true only while it is locked. Worker processes do not inherit the claim, so that none outlives the holder with it.

    Raises:
        ConflictError: somebody holds it; the message says who. ReadOnlyError: the file cannot be written.
    """
    with disk_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    _held.add(descriptor)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(path) from error
        with disk_errors(path):
            _sign(descriptor, name)
        yield
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # a worker just forked may not have let go yet
            os.close(descriptor)


def holder_of(path: Path) -> Holder | None:
    """Return who signed the claim last, or None if nobody did readably; whether it is still held, the lock tells."""
    try:
        return Holder.from_json(path.read_bytes())
    except (FileNotFoundError, ConfigurationError):
        return None


def _sign(descriptor: int, name: str) -> None:
    holder = Holder(
        name=name, pid=os.getpid(), host=socket.gethostname(), since=datetime.now(UTC).isoformat(timespec="seconds")
    )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder.to_json(), 0)


def _taken(path: Path) -> ConflictError:
    holder = holder_of(path)
    who = (
        f"{holder.name} (process {holder.pid} on {holder.host}, since {holder.since})"
        if holder
        else "a process that did not say its name"
    )
    return ConflictError(
        f"{path.parent} is in use by {who}",
        remedy="wait until it ends, or stop that process; then the same command again",
        subject=str(path.parent),
    )


def _let_go_in_child() -> None:
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go_in_child)
