"""Runs: who started what, whether it is still alive, and how it ended."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from pegbar.errors import ConflictError, NotFoundError
from pegbar.journal import schema
from pegbar.journal.database import Database
from pegbar.journal.process import ProcessMark
from pegbar.journal.rows import Run, RunOutcome, from_row
from pegbar.journal.text import as_json, checked_name, harmless

_RUNS = schema.runs.c
DEFAULT_REMOTE_LIMIT_SECONDS = 300.0


class Runs:
    """The journal's part on runs."""

    _database: Database

    def begin_run(self, run_id: str, flow: str, recipe: dict[str, Any], workspace: str, owner: str) -> None:
        """Start a run in this process. One of the same id is taken over: its attempts grow, its links stay.

        Raises:
            HostileNameError, InputError: an id or the recipe cannot be stored.
        """
        run_id = checked_name(run_id, "run")
        present = {
            "flow": checked_name(flow, "flow"),
            "recipe": as_json(recipe, "recipe"),
            "workspace": checked_name(workspace, "workspace"),
            "owner": checked_name(owner, "owner"),
            **ProcessMark.own().columns(),
        }
        with self._database.write() as connection:
            now = self._database.now(connection)
            first = {
                "run_id": run_id,
                "attempts": 0,
                "started_at": now,
                "heartbeat_at": now,
                "error": "",
                "links": "{}",
            }
            self._database.insert_if_absent(connection, schema.runs, {**first, **present, "attempts": 0})
            again = {"attempts": _RUNS.attempts + 1, "outcome": None, "finished_at": None, "error": ""}
            connection.execute(
                update(schema.runs).where(_RUNS.run_id == run_id).values(**present, **again, heartbeat_at=now)
            )
            _kill_attempts(connection, run_id, "the run was begun again")

    def heartbeat(self, run_id: str) -> None:
        """Say that the run is still worked on; its own process thereby corrects a reaper that was wrong.

        Raises:
            NotFoundError: no such run. ConflictError: it ended, or another host took it over.
        """
        with self._database.write() as connection:
            run = _required(connection, run_id)
            is_own = run.process.is_here if run.outcome is None else run.process.is_own and run.outcome == "killed"
            if not is_own:
                raise ConflictError(
                    f"run {run_id!r} is not this process's any more: {_state(run)}",
                    remedy=f"pegbar status, then: pegbar resume {run_id}",
                    subject=run_id,
                )
            alive = {"heartbeat_at": self._database.now(connection), "outcome": None, "finished_at": None, "error": ""}
            connection.execute(update(schema.runs).where(_RUNS.run_id == run_id).values(**alive))

    def finish_run(self, run_id: str, outcome: RunOutcome, error: str = "") -> None:
        """Close a run; a second time with the same outcome changes only the error.

        An attempt that is still open then was one of a worker that died while the run went on.

        Raises:
            NotFoundError: no such run.
        """
        with self._database.write() as connection:
            _required(connection, run_id)
            ended = {"outcome": outcome, "finished_at": self._database.now(connection), "error": harmless(error)}
            connection.execute(update(schema.runs).where(_RUNS.run_id == run_id).values(**ended))
            _kill_attempts(connection, run_id, "its worker died")

    def forget_run(self, run_id: str) -> None:
        """Remove a run that is over, request and all; missing is fine, its attempts stay.

        Raises:
            ConflictError: it is not over.
        """
        over = (_RUNS.run_id == checked_name(run_id, "run"), _RUNS.outcome.is_not(None))
        with self._database.write() as connection:
            connection.execute(delete(schema.runs).where(*over))
            run = _find(connection, run_id)
        if run is not None:
            raise ConflictError(f"run {run_id!r} is not over: {_state(run)}", remedy="pegbar status", subject=run_id)

    def link_run(self, run_id: str, **links: str) -> None:
        """Keep the ids that other tools gave the run (``prefect_flow_run_id``, ``mlflow_run_id``, ...).

        Raises:
            NotFoundError: no such run.
        """
        with self._database.write() as connection:
            known = _required(connection, run_id, lock=True).links
            merged = as_json({**known, **links}, "links")
            connection.execute(update(schema.runs).where(_RUNS.run_id == run_id).values(links=merged))

    def find_run(self, run_id: str) -> Run | None:
        """Return a run, or None."""
        with self._database.read() as connection:
            return _find(connection, run_id)

    def runs(self, limit: int = 20) -> list[Run]:
        """Return the last runs, newest first."""
        query = select(schema.runs).order_by(_RUNS.started_at.desc(), _RUNS.run_id).limit(limit)
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(query).mappings()]

    def unfinished_runs(self) -> list[Run]:
        """Return the runs without an outcome, oldest first; some of them may be dead (see `reap`)."""
        query = select(schema.runs).where(_RUNS.outcome.is_(None)).order_by(_RUNS.started_at, _RUNS.run_id)
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(query).mappings()]

    def reap(self, remote_limit_seconds: float = DEFAULT_REMOTE_LIMIT_SECONDS) -> list[Run]:
        """Mark as killed what no longer runs, and return it as it is now.

        On this host a run is dead when its process is gone (pid and start time), whatever its
        heartbeat; on another host when it has been silent for longer than `remote_limit_seconds`.
        """
        reaped = []
        for run in self.unfinished_runs():
            with self._database.write() as connection:
                now = self._database.now(connection)
                reason = _why_dead(run, now - run.heartbeat_at, remote_limit_seconds)
                if reason and _close_unchanged(connection, run, now, reason):
                    _kill_attempts(connection, run.run_id, reason)
                    reaped.append(_required(connection, run.run_id))
        return reaped


def _why_dead(run: Run, silent_seconds: float, remote_limit_seconds: float) -> str:
    if run.process.is_known_dead:
        return f"process {run.pid} on {run.host} is gone"
    if not run.process.is_here and silent_seconds > remote_limit_seconds:
        return f"no heartbeat from {run.host} for {silent_seconds:.0f} s"
    return ""


def _close_unchanged(connection: Connection, run: Run, now: float, reason: str) -> bool:
    unchanged: Sequence[ColumnElement[bool]] = (
        _RUNS.run_id == run.run_id,
        _RUNS.outcome.is_(None),
        _RUNS.attempts == run.attempts,
        _RUNS.heartbeat_at == run.heartbeat_at,
    )
    ended = {"outcome": "killed", "finished_at": now, "error": reason}
    return connection.execute(update(schema.runs).where(*unchanged).values(**ended)).rowcount == 1


def _kill_attempts(connection: Connection, run_id: str, reason: str) -> None:
    unfinished = (schema.attempts.c.run_id == run_id, schema.attempts.c.outcome.is_(None))
    connection.execute(update(schema.attempts).where(*unfinished).values(outcome="killed", error=reason))


def _find(connection: Connection, run_id: str, lock: bool = False) -> Run | None:
    query = select(schema.runs).where(_RUNS.run_id == checked_name(run_id, "run"))
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return None if row is None else _run(row)


def _required(connection: Connection, run_id: str, lock: bool = False) -> Run:
    run = _find(connection, run_id, lock)
    if run is None:
        raise NotFoundError(f"there is no run {run_id!r}", remedy="pegbar status", subject=run_id)
    return run


def _run(row: Any) -> Run:
    return from_row(Run, {**row, "recipe": _object(row["recipe"]), "links": _object(row["links"])})


def _object(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content  # refused by the record, which names the row


def _state(run: Run) -> str:
    return run.outcome or f"{run.host} has it"
