"""The journal: one SQL database for runs, steps, attempts, leases, calls and the promotion log.

It is the only place for locks and compare-and-swap; an object store is never a lock.
"""

from typing import Self

from pegbar.journal.calls import LanguageCalls
from pegbar.journal.database import Database
from pegbar.journal.leases import Leases
from pegbar.journal.promotions import Promotions
from pegbar.journal.rows import Attempt, Call, CallTotal, Lease, LogRow, PromotionEntry, Run, StepRow
from pegbar.journal.runs import Runs
from pegbar.journal.steps import Steps

__all__ = ["Attempt", "Call", "CallTotal", "Journal", "Lease", "LogRow", "PromotionEntry", "Run", "StepRow"]


class Journal(Runs, Steps, Leases, Promotions, LanguageCalls):
    """Everything pegbar remembers about work, as short transactions; threads and forks may share one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the journal, creating or upgrading its tables; safe when many processes do so at once.

        Args:
            url: ``sqlite:////absolute/path.db`` or ``postgresql+psycopg2://user@host/name``.

        Raises:
            ConfigurationError: another kind of URL. ReadOnlyError, DiskFullError: it cannot be written.
            IntegrityError: not a database, or a damaged one. StorageError: unreachable, or of a newer release.
        """
        return cls(Database.open(url))

    def now(self) -> float:
        """Return Unix seconds by the one clock that every user of this journal shares."""
        with self._database.read() as connection:
            return self._database.now(connection)

    def close(self) -> None:
        """Let go of the database; nothing is lost without it."""
        self._database.close()

    def verify(self) -> None:
        """Read every page of a SQLite journal.

        Raises:
            IntegrityError: a page is damaged.
        """
        self._database.verify()
