"""Calls of language models: each booked before it is made, so that processes together keep within a run's budget."""

import math
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from pegbar.calls import CallBudget, Spent, check_budget
from pegbar.errors import InputError, NotFoundError
from pegbar.journal import schema
from pegbar.journal.database import Database
from pegbar.journal.rows import Call, CallTotal, from_row
from pegbar.journal.text import checked_name, harmless

_CALLS = schema.calls.c
_UNKNOWN = {"input_tokens": 0, "output_tokens": 0, "usd": 0.0, "is_priced": False, "seconds": 0.0}


class LanguageCalls:
    """The journal's part on calls of language models."""

    _database: Database

    def reserve_call(self, run_id: str, key: str, model: str, budget: CallBudget) -> int:
        """Book a call of a run and return its id. One that is never settled counts as a call all the same.

        Money, tokens and seconds are known when a call ends: those under way may take the run beyond them.

        Raises:
            CallBudgetError: the run has spent what it may.
        """
        fields = {
            "run_id": checked_name(run_id, "run"),
            "key": checked_name(key, "question"),
            "model": checked_name(model, "model"),
        }
        with self._database.write() as connection:
            self._database.lock(connection, f"calls of {run_id}")
            check_budget(_spent(connection, run_id), budget, f"run {run_id!r}")
            added = insert(schema.calls).values(**fields, **_UNKNOWN, started_at=self._database.now(connection))
            return int(connection.execute(added.returning(_CALLS.call_id)).scalar_one())

    def settle_call(self, call_id: int, spent: Spent, outcome: str) -> None:
        """Book what a call used; a second time replaces the first.

        Raises:
            NotFoundError: no such call. InputError: a number is negative or none.
        """
        used = spent.model_dump(exclude={"num_calls"})
        if not all(math.isfinite(number) and number >= 0 for number in used.values()):
            raise InputError(f"a call cannot have used {spent}", remedy="pegbar doctor")
        query = update(schema.calls).where(_CALLS.call_id == call_id).values(**used, outcome=harmless(outcome))
        with self._database.write() as connection:
            if connection.execute(query).rowcount != 1:
                raise NotFoundError(f"there is no call {call_id}", remedy="pegbar status", subject=str(call_id))

    def calls(self, run_id: str) -> list[Call]:
        """Return a run's calls, oldest first."""
        query = select(schema.calls).where(_CALLS.run_id == checked_name(run_id, "run")).order_by(_CALLS.call_id)
        with self._database.read() as connection:
            return [from_row(Call, row) for row in connection.execute(query).mappings()]

    def call_totals(self, run_id: str | None = None) -> list[CallTotal]:
        """Return what every run (or one) used of every model."""
        unanswered = func.sum(case((_CALLS.outcome == "answered", 0), else_=1)).label("num_unanswered")
        query = select(_CALLS.run_id, _CALLS.model, unanswered, *_sums()).group_by(_CALLS.run_id, _CALLS.model)
        if run_id is not None:
            query = query.where(_CALLS.run_id == checked_name(run_id, "run"))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_CALLS.run_id, _CALLS.model)).mappings().all()
        return [
            CallTotal(
                run_id=row["run_id"], model=row["model"], spent=_of(row), num_unanswered=int(row["num_unanswered"])
            )
            for row in rows
        ]


class JournalMeter:
    """A run's meter (see `pegbar.calls.Meter`)."""

    def __init__(self, journal: LanguageCalls, run_id: str, budget: CallBudget) -> None:
        self._journal = journal
        self._run_id = run_id
        self._budget = budget

    def reserve(self, key: str, model: str) -> int:
        """Book one call before it is made and return its number."""
        return self._journal.reserve_call(self._run_id, key, model, self._budget)

    def settle(self, call: int, spent: Spent, outcome: str) -> None:
        """Book what the call used."""
        self._journal.settle_call(call, spent, outcome)


def _spent(connection: Connection, run_id: str) -> Spent:
    query = select(*_sums()).where(_CALLS.run_id == run_id)
    return _of(connection.execute(query).mappings().one())


def _sums() -> list[ColumnElement[Any]]:
    summed = [_CALLS.input_tokens, _CALLS.output_tokens, _CALLS.usd, _CALLS.seconds]
    unpriced = func.sum(case((_CALLS.is_priced, 0), else_=1)).label("num_unpriced")
    return [func.count().label("num_calls"), unpriced, *(func.sum(column).label(column.name) for column in summed)]


def _of(row: Any) -> Spent:
    return Spent(
        num_calls=row["num_calls"],
        input_tokens=int(row["input_tokens"] or 0),
        output_tokens=int(row["output_tokens"] or 0),
        usd=row["usd"] or 0.0,
        seconds=row["seconds"] or 0.0,
        is_priced=not row["num_unpriced"],
    )
