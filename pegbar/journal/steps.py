"""Steps that finished, and every attempt at one with its seconds and outcome."""

import math
from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select, update

from pegbar.errors import InputError, NotFoundError
from pegbar.journal import schema
from pegbar.journal.database import Database
from pegbar.journal.rows import Attempt, AttemptOutcome, StepRow, from_row
from pegbar.journal.text import checked_name, harmless

MAX_FORGOTTEN = 500
"""Rows of one transaction: databases bound the variables of a statement."""
_STEPS = schema.steps.c
_ATTEMPTS = schema.attempts.c


class Steps:
    """The journal's part on steps and attempts."""

    _database: Database

    def record_step(
        self, key: str, step: str, version: int, manifest_sha256: str, workspace: str, owner: str, run_id: str
    ) -> None:
        """Register a finished step under its artifact key.

        The same manifest a second time changes nothing; another one (the step was made again after
        damage) replaces the first.
        """
        fields = {
            "step": checked_name(step, "step"),
            "version": version,
            "manifest_sha256": checked_name(manifest_sha256, "manifest"),
            "workspace": checked_name(workspace, "workspace"),
            "owner": checked_name(owner, "owner"),
            "run_id": checked_name(run_id, "run"),
        }
        key = checked_name(key, "artifact")
        with self._database.write() as connection:
            fields["recorded_at"] = self._database.now(connection)
            self._database.insert_if_absent(connection, schema.steps, {"key": key, **fields})
            other = (_STEPS.key == key, _STEPS.manifest_sha256 != manifest_sha256)
            connection.execute(update(schema.steps).where(*other).values(**fields))

    def find_step(self, key: str) -> StepRow | None:
        """Return the finished step of an artifact key, or None."""
        query = select(schema.steps).where(_STEPS.key == checked_name(key, "artifact"))
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else from_row(StepRow, row)

    def steps(self, step: str | None = None) -> list[StepRow]:
        """Return the finished steps (of one name), oldest first."""
        query = select(schema.steps).order_by(_STEPS.recorded_at, _STEPS.key)
        if step is not None:
            query = query.where(_STEPS.step == step)
        with self._database.read() as connection:
            return [from_row(StepRow, row) for row in connection.execute(query).mappings()]

    def forget_step(self, key: str) -> None:
        """Remove a finished step, so that it is made again; missing is fine, attempts stay."""
        with self._database.write() as connection:
            connection.execute(delete(schema.steps).where(_STEPS.key == checked_name(key, "artifact")))

    def forget_steps(self, keys: Collection[str]) -> None:
        """Remove finished steps, many at once; what is missing is fine, attempts stay."""
        wanted = [checked_name(key, "artifact") for key in keys]
        for start in range(0, len(wanted), MAX_FORGOTTEN):
            with self._database.write() as connection:
                some = wanted[start : start + MAX_FORGOTTEN]
                connection.execute(delete(schema.steps).where(_STEPS.key.in_(some)))

    def begin_attempt(self, key: str, step: str, run_id: str) -> int:
        """Note that a step is being made now; return the attempt's id."""
        fields = {
            "key": checked_name(key, "artifact"),
            "step": checked_name(step, "step"),
            "run_id": checked_name(run_id, "run"),
        }
        with self._database.write() as connection:
            started_at = self._database.now(connection)
            added = insert(schema.attempts).values(**fields, started_at=started_at, error="")
            return int(connection.execute(added.returning(_ATTEMPTS.attempt_id)).scalar_one())

    def end_attempt(self, attempt_id: int, outcome: AttemptOutcome, seconds: float, error: str = "") -> None:
        """Close an attempt.

        Raises:
            NotFoundError: no such attempt. InputError: `seconds` is negative or no number.
        """
        if not math.isfinite(seconds) or seconds < 0:
            raise InputError(f"an attempt cannot take {seconds} seconds", remedy="pegbar doctor")
        ended = {"outcome": outcome, "seconds": seconds, "error": harmless(error)}
        with self._database.write() as connection:
            _end(connection, attempt_id, ended)

    def attempts(self, run_id: str | None = None, key: str | None = None) -> list[Attempt]:
        """Return the attempts (of one run, at one key), oldest first."""
        query = select(schema.attempts).order_by(_ATTEMPTS.attempt_id)
        if run_id is not None:
            query = query.where(_ATTEMPTS.run_id == run_id)
        if key is not None:
            query = query.where(_ATTEMPTS.key == key)
        with self._database.read() as connection:
            return [from_row(Attempt, row) for row in connection.execute(query).mappings()]


def _end(connection: Connection, attempt_id: int, ended: dict[str, str | float]) -> None:
    query = update(schema.attempts).where(_ATTEMPTS.attempt_id == attempt_id)
    if connection.execute(query.values(**ended)).rowcount != 1:
        raise NotFoundError(f"there is no attempt {attempt_id}", remedy="pegbar status", subject=str(attempt_id))
