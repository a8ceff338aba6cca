"""A memory of digests, so that bytes which did not change are not read again; losing it costs only time.

A subject (a file, a member of a store) has a stamp that changes whenever its bytes are written: for a file its device,
inode, size and time of modification. It is a cache of one machine, no journal: it lies in scratch, one SQLite file.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path

from pegbar.digests import digest_file
from pegbar.errors import DiskFullError, ReadOnlyError
from pegbar.files import disk_errors

RACY_NANOSECONDS = 100_000_000  # a file written this shortly before it was read could change again under the same stamp
BUSY_SECONDS = 30.0
MAX_VARIABLES = 500
CREATE = "CREATE TABLE IF NOT EXISTS known (subject TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL)"
RECALL = "SELECT subject, stamp, sha256 FROM known WHERE subject IN ({})"


def file_stamp(path: Path) -> str:
    """Return what changes when a file's bytes are written.

    Raises:
        FileNotFoundError: it is not there.
    """
    return stamp_of(path.stat())


def stamp_of(found: os.stat_result) -> str:
    """Return the stamp of a file, open ones too, from its status."""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"


class KnownDigests:
    """The memory in one file, shared by any number of processes; it appears with the first write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def of_file(self, path: Path) -> str:
        """Return a file's sha256, read only if its stamp is not the one it had when it was read before.

        Raises:
            FileNotFoundError: it is not there.
        """
        stamp, subject = file_stamp(path), str(path.absolute())
        known = self.recall(subject, stamp)
        if known is not None:
            return known
        is_settled = time.time_ns() - path.stat().st_mtime_ns > RACY_NANOSECONDS
        sha256 = digest_file(path)
        if is_settled and file_stamp(path) == stamp:
            self.remember(subject, stamp, sha256)
        return sha256

    def recall(self, subject: str, stamp: str) -> str | None:
        """Return the digest that `subject` had under this very stamp, or None."""
        return self.recall_all({subject: stamp}).get(subject)

    def recall_all(self, stamps: dict[str, str]) -> dict[str, str]:
        """Return the digests of those subjects whose stamp is the one that is remembered."""
        found: dict[str, str] = {}
        subjects = list(stamps)

        def look(connection: sqlite3.Connection) -> None:
            for start in range(0, len(subjects), MAX_VARIABLES):
                some = subjects[start : start + MAX_VARIABLES]
                for subject, stamp, sha256 in connection.execute(RECALL.format(", ".join("?" * len(some))), some):
                    if stamps[subject] == stamp:
                        found[subject] = sha256

        self._ask(look)
        return found

    def remember(self, subject: str, stamp: str, sha256: str) -> None:
        """Keep the digest that was read under this stamp."""
        self.remember_all([(subject, stamp, sha256)])

    def remember_all(self, known: Iterable[tuple[str, str, str]]) -> None:
        """Keep several (subject, stamp, sha256)."""
        self._ask(lambda connection: connection.executemany("INSERT OR REPLACE INTO known VALUES (?, ?, ?)", known))

    def forget(self, subject: str) -> None:
        """Drop what is known of a subject."""
        self._ask(lambda connection: connection.execute("DELETE FROM known WHERE subject = ?", (subject,)))

    def _ask(self, question: Callable[[sqlite3.Connection], object]) -> None:
        """Do one thing with the database; where that fails something is forgotten, which costs a second reading."""
        try:
            with closing(self._connect()) as connection, connection:
                question(connection)
        except (sqlite3.OperationalError, DiskFullError, ReadOnlyError):
            return
        except sqlite3.DatabaseError:  # this is no database
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        with disk_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(CREATE)
        return connection
