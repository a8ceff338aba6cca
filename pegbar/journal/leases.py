"""Leases: the only lock besides the operating system's, with a fencing token and an end."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select, update

from pegbar.errors import ConflictError, InputError, StorageError
from pegbar.journal import schema
from pegbar.journal.database import Database
from pegbar.journal.process import ProcessMark
from pegbar.journal.rows import Lease
from pegbar.journal.text import checked_name

_LEASES = schema.leases.c
_FREE = {"holder": None, "host": "", "pid": 0, "process_started_at": 0.0, "expires_at": 0.0}
_POLL_SECONDS = 0.2


class Leases:
    """The journal's part on leases."""

    _database: Database

    def acquire_lease(self, name: str, holder: str, ttl_seconds: float) -> Lease:
        """Take the lease if it is free, expired, or held by a process of this host that is gone.

        Not re-entrant: a holder that lives cannot take it twice.

        Raises:
            ConflictError: somebody holds it; says who, and until when.
        """
        checked_name(holder, "lease holder")
        _check_ttl(ttl_seconds)
        free = {"name": checked_name(name, "lease"), "token": 0, **_FREE}
        with self._database.write() as connection:
            self._database.insert_if_absent(connection, schema.leases, free)
            found = connection.execute(select(schema.leases).where(_LEASES.name == name).with_for_update()).mappings()
            row = found.one()
            now = self._database.now(connection)
            lease = Lease(
                name=name,
                holder=holder,
                token=row["token"] + 1,
                ttl_seconds=ttl_seconds,
                expires_at=now + ttl_seconds,
            )
            taken = {"holder": holder, "token": lease.token, "expires_at": lease.expires_at}
            changes = {**taken, **ProcessMark.own().columns()}
            if not _is_free(row, now) or not _swap(connection, name, row["token"], changes):
                raise _held(row, now)
        return lease

    def renew_lease(self, lease: Lease) -> Lease:
        """Move the end of a lease that is still held to `ttl_seconds` from now.

        Raises:
            ConflictError: it ended and was taken by another holder, or was released.
        """
        with self._database.write() as connection:
            expires_at = self._database.now(connection) + lease.ttl_seconds
            if not _swap(connection, lease.name, lease.token, {"expires_at": expires_at}):
                raise ConflictError(
                    f"the lease {lease.name!r} is no longer held by {lease.holder!r}",
                    remedy="pegbar status, then: pegbar resume",
                    subject=lease.name,
                )
        return lease.model_copy(update={"expires_at": expires_at})

    def release_lease(self, lease: Lease) -> None:
        """Give the lease back; one that was lost to another holder meanwhile is left to it."""
        with self._database.write() as connection:
            _swap(connection, lease.name, lease.token, _FREE)

    @contextmanager
    def leased(self, name: str, holder: str, ttl_seconds: float, wait_seconds: float = 0) -> Iterator[Lease]:
        """Hold the lease within the block, renewed in the background; wait for it at most `wait_seconds`.

        Raises:
            ConflictError: somebody else held it all the while; or, at the end of the block, it was
                lost to another holder meanwhile (the machine slept, the database was away).
        """
        lease = self._wait_for(name, holder, ttl_seconds, wait_seconds)
        done = threading.Event()
        lost: list[ConflictError] = []
        renewing = threading.Thread(target=self._keep, args=(lease, done, lost), daemon=True)
        renewing.start()
        try:
            yield lease
        finally:
            done.set()
            renewing.join()
            self.release_lease(lease)
        if lost:
            raise lost[0]

    def _wait_for(self, name: str, holder: str, ttl_seconds: float, wait_seconds: float) -> Lease:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                return self.acquire_lease(name, holder, ttl_seconds)
            except ConflictError:
                if time.monotonic() >= deadline:
                    raise
            time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))

    def _keep(self, lease: Lease, done: threading.Event, lost: list[ConflictError]) -> None:
        while not done.wait(lease.ttl_seconds / 3):
            try:
                self.renew_lease(lease)
            except ConflictError as error:
                lost.append(error)
                return
            except StorageError:
                continue  # the database is away: the lease may outlive that, and the next renewal tells


def _is_free(row: Any, now: float) -> bool:
    if row["holder"] is None or row["expires_at"] <= now:
        return True
    return ProcessMark(row["host"], row["pid"], row["process_started_at"]).is_known_dead


def _swap(connection: Connection, name: str, token: int, changes: dict[str, Any]) -> bool:
    query = update(schema.leases).where(_LEASES.name == name, _LEASES.token == token)
    if "token" not in changes:
        query = query.where(_LEASES.holder.is_not(None))
    return connection.execute(query.values(**changes)).rowcount == 1


def _held(row: Any, now: float) -> ConflictError:
    return ConflictError(
        f"{row['name']!r} is held by {row['holder']!r} (process {row['pid']} on {row['host']}) "
        f"for up to {row['expires_at'] - now:.0f} s more",
        remedy=f"wait for it, or end process {row['pid']} on {row['host']}, then try again",
        subject=row["name"],
    )


def _check_ttl(ttl_seconds: float) -> None:
    if not math.isfinite(ttl_seconds) or ttl_seconds <= 0:
        raise InputError(f"a lease cannot last {ttl_seconds} seconds", remedy="ask for more than 0 seconds")
