"""Room: how much of a disk stays free, how large a store may grow, and the check between two steps of a run.

What a store holds is counted by listing it, which may take minutes, and from then on by what steps add; the count lies
in scratch, one small SQLite file for all processes of a machine. Losing it costs a listing.
"""

import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from pydantic import Field

from pegbar.config import Config
from pegbar.errors import DiskFullError, QuotaError
from pegbar.files import disk_errors
from pegbar.store import Store

GC_LEASE = "gc"  # of the journal: who collects garbage holds it throughout, a run while it begins
UNITS = ("B", "kB", "MB", "GB", "TB")
THOUSAND = 1000
BUSY_SECONDS = 30.0
COUNT_NAME = "store_size.db"
CREATE = "CREATE TABLE IF NOT EXISTS size (store TEXT PRIMARY KEY, num_bytes INTEGER, counted_at REAL)"


class SpaceSettings(Config):
    """How much a home may take.

    Args:
        min_free_bytes: what a run leaves free on every disk it writes to.
        store_quota_bytes: what the store may hold; None for as much as there is room for.
        owner_quota_bytes: the same for what each owner's runs made in it, looked at before a curation.
        refuses_short: whether a run that will not fit by its forecast is refused; otherwise that is only logged.
        recount_seconds: how long the store is not listed again to learn its size.
    """

    min_free_bytes: int = Field(default=1_000_000_000, ge=0)
    store_quota_bytes: int | None = Field(default=None, ge=0)
    owner_quota_bytes: dict[str, int] = {}
    refuses_short: bool = True
    recount_seconds: float = Field(default=6 * 3600.0, ge=0)


def size_text(num_bytes: float) -> str:
    """Return a number of bytes as people read it: 1.5 GB is 1,500,000,000 of them."""
    for unit in UNITS[:-1]:
        if num_bytes < THOUSAND:
            return f"{num_bytes:.0f} {unit}" if unit == UNITS[0] else f"{num_bytes:.1f} {unit}"
        num_bytes /= THOUSAND
    return f"{num_bytes:.1f} {UNITS[-1]}"


def free_bytes(path: Path) -> int:
    """Return what is free where `path` lies or would lie."""
    return shutil.disk_usage(next(folder for folder in (path, *path.parents) if folder.is_dir())).free


class StoreSize:
    """What a store holds, counted once in a while and added up in between.

    Args:
        name: of the store, where several are used from one scratch folder.
    """

    def __init__(self, store: Store, scratch: Path, name: str, recount_seconds: float) -> None:
        self._store = store
        self._path = scratch / COUNT_NAME
        self._name = name
        self._recount_seconds = recount_seconds

    def num_bytes(self) -> int:
        """Return the count, anew where it is old."""
        found = self._found()
        if found is None or not 0 <= time.time() - found[1] < self._recount_seconds:
            return self.recount()
        return found[0]

    def recount(self) -> int:
        """List the store.

        Raises:
            StorageError: it does not answer.
        """
        counted_at = time.time()
        num_bytes = sum(member.size_bytes for member in self._store.list_members())
        with suppress(sqlite3.Error), closing(self._connect()) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO size VALUES (?, ?, ?)", (self._name, num_bytes, counted_at))
        return num_bytes

    def grew(self, num_bytes: int) -> None:
        """Add what was put, whether it was there before or not: the next count is exact again."""
        with suppress(sqlite3.Error), closing(self._connect()) as connection, connection:
            connection.execute("UPDATE size SET num_bytes = num_bytes + ? WHERE store = ?", (num_bytes, self._name))

    def _found(self) -> tuple[int, float] | None:
        row: tuple[int, float] | None = None
        with suppress(sqlite3.Error), closing(self._connect()) as connection:
            query = "SELECT num_bytes, counted_at FROM size WHERE store = ?"
            row = connection.execute(query, (self._name,)).fetchone()
        return row

    def _connect(self) -> sqlite3.Connection:
        with disk_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(CREATE)
        return connection


class SpaceGuard:
    """Says between two steps whether there is room for the next one.

    Args:
        places: folders on every disk that a step writes to, there already or not.
    """

    def __init__(self, settings: SpaceSettings, size: StoreSize, places: Sequence[Path]) -> None:
        self.settings = settings
        self.size = size
        self._places = places

    def check(self) -> None:
        """Refuse to begin a step where the disk is nearly full or the store too large; nothing is lost.

        Raises:
            DiskFullError, QuotaError: with what to do.
        """
        for place in self._places:
            self._check_disk(place)
        quota = self.settings.store_quota_bytes
        if quota is not None and self.size.num_bytes() > quota and self.size.recount() > quota:
            raise QuotaError(
                f"the store holds more than the {size_text(quota)} it may (space.store_quota_bytes)",
                remedy="pegbar gc --dry-run shows what could go; then: pegbar resume",
                subject="space.store_quota_bytes",
            )

    def _check_disk(self, place: Path) -> None:
        free = free_bytes(place)
        if free < self.settings.min_free_bytes:
            raise DiskFullError(
                f"{size_text(free)} free where {place} lies, less than the "
                f"{size_text(self.settings.min_free_bytes)} that stay free (space.min_free_bytes)",
                remedy="pegbar gc --dry-run shows what could go; then: pegbar resume",
                subject=str(place),
            )

    def grew(self, num_bytes: int) -> None:
        """Note what a step put into the store; without a quota nobody asks."""
        if self.settings.store_quota_bytes is not None:
            self.size.grew(num_bytes)
