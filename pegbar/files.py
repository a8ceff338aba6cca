"""Writing that survives kill -9: aside, fsync, rename; and disk errors as ours."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pegbar.errors import DiskFullError, ReadOnlyError

WRITABLE, READ_ONLY = 0o644, 0o444
NOT_LINKABLE = (errno.EXDEV, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk under `path` into an error of the tree."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFullError(
                f"no space left to write {path}", remedy="free some disk space, then: pegbar resume", subject=str(path)
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ReadOnlyError(
                f"not allowed to write {path}",
                remedy="make it writable, or name another home: PEGBAR_HOME=/some/folder pegbar ...",
                subject=str(path),
            ) from error
        raise


@contextmanager
def written_aside(path: Path, mode: int = WRITABLE) -> Iterator[Path]:
    """Give a temporary path beside `path`; on a clean exit fsync it and rename it into place.

    After a crash either the old file or the whole new one is there, never a part.

    Args:
        mode: the permissions the file ends with.

    Raises:
        DiskFullError: no space left. ReadOnlyError: no permission.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(descriptor)
        aside = Path(name)
        try:
            yield aside
            _fsync(aside)
            aside.chmod(mode)
            aside.replace(path)
            _fsync(path.parent)
        finally:
            aside.unlink(missing_ok=True)


def linked(origin: Path, target: Path) -> bool:
    """Give a file a second name that does not exist yet; False where the file system cannot.

    Another file system, one without hard links, or a file that has as many names as one may have.
    """
    try:
        os.link(origin, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NOT_LINKABLE:
            raise
        return False
    return True


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file atomically and durably."""
    with written_aside(path) as aside:
        aside.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write a whole text file (UTF-8) atomically and durably."""
    write_bytes(path, content.encode())


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
