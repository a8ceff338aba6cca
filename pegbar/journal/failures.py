"""What SQLite and PostgreSQL raise, as errors of the tree."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pegbar.errors import DiskFullError, IntegrityError, PegbarError, ReadOnlyError, StorageError

_SQLITE: dict[str, type[StorageError]] = {
    "SQLITE_FULL": DiskFullError,
    "SQLITE_IOERR_WRITE": DiskFullError,  # a quota or a file size limit; a full disk itself is SQLITE_FULL
    "SQLITE_IOERR_SHMSIZE": DiskFullError,
    "SQLITE_READONLY": ReadOnlyError,
    "SQLITE_CANTOPEN": ReadOnlyError,
    "SQLITE_PERM": ReadOnlyError,
    "SQLITE_NOTADB": IntegrityError,
    "SQLITE_CORRUPT": IntegrityError,
}
_POSTGRESQL: dict[str, type[StorageError]] = {
    "53100": DiskFullError,
    "25006": ReadOnlyError,
    "42501": ReadOnlyError,
    "XX001": IntegrityError,
    "XX002": IntegrityError,
}
_SAYS = {
    DiskFullError: ("has no space left", "free some disk space, then: pegbar resume"),
    ReadOnlyError: (
        "may not be written",
        "make it writable, or or name another: PEGBAR_HOME=/some/folder pegbar ...",
    ),
    IntegrityError: (
        "is damaged, or not a journal",
        "restore it from a backup, or move it away and start a new one: pegbar doctor",
    ),
}


@contextmanager
def database_errors(name: str) -> Iterator[None]:
    """Turn whatever the database raises into an error of the tree that names the journal."""
    try:
        yield
    except DBAPIError as error:
        raise _of(error.orig, name) from error
    except sqlite3.Error as error:
        raise _of(error, name) from error
    except SQLAlchemyError as error:
        raise StorageError(f"the journal {name} failed: {error}", remedy="pegbar doctor", subject=name) from error


def _of(cause: BaseException | None, name: str) -> PegbarError:
    kind = _kind(cause)
    why = str(cause).strip()
    if kind in _SAYS:
        what, remedy = _SAYS[kind]
        return kind(f"the journal {name} {what}: {why}", remedy=remedy, subject=name)
    if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        what, remedy = "is kept busy by another process", "find it, then try again: pegbar status"
    else:
        what, remedy = "does not answer as it should", "pegbar doctor"
    return StorageError(f"the journal {name} {what}: {why}", remedy=remedy, subject=name)


def _kind(cause: BaseException | None) -> type[StorageError]:
    if isinstance(cause, sqlite3.Error):
        found = getattr(cause, "sqlite_errorname", "")
        if "Could not decode to UTF-8" in str(cause):
            return IntegrityError
        primary = "_".join(found.split("_")[:2])
        return _SQLITE.get(found) or _SQLITE.get(primary) or StorageError
    return _POSTGRESQL.get(getattr(cause, "pgcode", None) or "", StorageError)
