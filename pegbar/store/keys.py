"""The only names a store accepts: 64 lower-case hexadecimal digits, so no name can escape its folder."""

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pegbar.errors import HostileNameError, InputError, IntegrityError, NotFoundError

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MANIFEST = re.compile(r"([0-9a-f]{64})\.json", re.ASCII)
_log = logging.getLogger(__name__)


def checked_key(name: str) -> str:
    """Return `name` if it is a sha256 in hex.

    Raises:
        HostileNameError: it is anything else.
    """
    if not _DIGEST.fullmatch(name):
        raise HostileNameError(
            f"{name[:80]!r} is not a store key (64 lower-case hex digits)", remedy="pegbar doctor", subject=name[:80]
        )
    return name


def is_key(name: str) -> bool:
    """Tell whether a listed name is a sha256 in hex."""
    return _DIGEST.fullmatch(name) is not None


def manifest_keys(listed: Iterable[str]) -> Iterator[str]:
    """Yield the keys among listed file names; names from a listing are not trusted, so others are left alone."""
    for name in listed:
        found = _MANIFEST.fullmatch(name)
        if found:
            yield found[1]
        elif not name.endswith(".part"):
            _log.warning("the store holds a manifest with a foreign name, left alone: %r", name[:80])


def checked_source(path: Path) -> Path:
    """Return `path` if it is a regular file that can be stored.

    Raises:
        NotFoundError: not there. InputError: a folder, pipe or device.
    """
    if not path.exists():
        raise NotFoundError(f"no file {path} to store", remedy="pegbar resume", subject=str(path))
    if not path.is_file():
        raise InputError(f"{path} is not a regular file", remedy="store regular files only", subject=str(path))
    return path


def damaged_member(sha256: str, why: str) -> IntegrityError:
    """Return the error for a member whose bytes are wrong."""
    return IntegrityError(
        f"member {sha256[:12]} of the store is damaged: {why}", remedy="pegbar resume", subject=sha256
    )


def changed_source(path: Path) -> IntegrityError:
    """Return the error for a file that changed between two readings."""
    return IntegrityError(
        f"{path} changed while it was being stored",
        remedy="stop its writer, then: pegbar resume",
        subject=str(path),
    )


def checked_range(offset: int, size: int) -> None:
    """Refuse a range that starts or runs backwards.

    Raises:
        InputError: a negative offset or size.
    """
    if offset < 0 or size < 0:
        raise InputError(f"no such byte range: {size} bytes from {offset}", remedy="pegbar doctor")
