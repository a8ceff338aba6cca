"""The promotion log: append-only, hash-chained, one chain per registered model.

The chain shows accidents and edits of single rows. Who may rewrite the whole database can rebuild
it: keep a head outside (a signed tag, a model's tag) to be safe from that, too.
"""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from pegbar.digests import digest_of
from pegbar.errors import ConflictError, InputError, IntegrityError
from pegbar.journal import schema
from pegbar.journal.database import Database
from pegbar.journal.rows import LogRow, PromotionEntry, from_row
from pegbar.journal.text import checked_name, harmless

_ROWS = schema.promotions.c
_HEADS = schema.promotion_heads.c


class Promotions:
    """The journal's part on promotions."""

    _database: Database

    def append_promotion(self, model: str, expected_head: str | None, entry: PromotionEntry) -> LogRow:
        """Add an entry if the model's log still ends in `expected_head` (None: it is empty).

        Of any number of callers with the same expected head exactly one succeeds.

        Raises:
            ConflictError: the log moved on; names its present head.
            InputError: the entry is about another model.
        """
        entry = _checked_entry(model, entry)
        with self._database.write() as connection:
            absent = {"model": model, "position": 0, "head": None}
            self._database.insert_if_absent(connection, schema.promotion_heads, absent)
            query = select(schema.promotion_heads).where(_HEADS.model == model).with_for_update()
            head = connection.execute(query).mappings().one()
            if head["head"] != expected_head:
                raise _moved(model, expected_head, head["head"])
            row = _chained(entry, head["position"] + 1, expected_head, self._database.now(connection))
            connection.execute(insert(schema.promotions).values(**row.model_dump()))
            moved = {"head": row.digest, "position": row.position}
            connection.execute(update(schema.promotion_heads).where(_HEADS.model == model).values(**moved))
        return row

    def promotion_log(self, model: str) -> list[LogRow]:
        """Return the model's log, oldest first; the last row's digest is its head.

        Raises:
            IntegrityError: a row cannot be read. (`verify_log` says whether all are true.)
        """
        with self._database.read() as connection:
            return [from_row(LogRow, row) for row in _stored(connection, model)]

    def logged_models(self) -> list[str]:
        """Return the models that have a log, by name."""
        with self._database.read() as connection:
            return list(connection.execute(select(_HEADS.model).order_by(_HEADS.model)).scalars())

    def verify_log(self, model: str) -> None:
        """Recompute the chain from its first row to its head.

        Raises:
            IntegrityError: a row was changed, removed or added; names it.
        """
        with self._database.read() as connection:
            head = (
                connection.execute(select(schema.promotion_heads).where(_HEADS.model == checked_name(model, "model")))
                .mappings()
                .one_or_none()
            )
            rows = [from_row(LogRow, row) for row in _stored(connection, model)]
        previous: str | None = None
        for position, row in enumerate(rows, 1):
            _check_link(row, position, previous)
            previous = row.digest
        expected = (0, None) if head is None else (head["position"], head["head"])
        if (len(rows), previous) != expected:
            raise _damaged(model, max(len(rows), expected[0]), "the head of the log does not end it")


def _checked_entry(model: str, entry: PromotionEntry) -> PromotionEntry:
    checked_name(model, "model")
    if entry.model != model:
        raise InputError(
            f"the entry is about {entry.model!r}, not {model!r}", remedy=f"pegbar history {model}", subject=model
        )
    checked_name(entry.actor, "actor")
    return entry.model_copy(update={"reason": harmless(entry.reason)})


def _chained(entry: PromotionEntry, position: int, previous: str | None, at: float) -> LogRow:
    covered = {**entry.model_dump(), "position": position, "previous": previous, "at": at}
    return LogRow.model_validate({**covered, "digest": digest_of(covered)})


def _stored(connection: Connection, model: str) -> list[Any]:
    query = select(schema.promotions).where(_ROWS.model == model).order_by(_ROWS.position)
    return list(connection.execute(query).mappings())


def _check_link(row: LogRow, position: int, previous: str | None) -> None:
    if row.position != position:
        raise _damaged(row.model, position, "it is missing")
    if row.previous != previous:
        raise _damaged(row.model, position, "it does not follow the row before")
    if row.digest != digest_of(row.model_dump(exclude={"digest"})):
        raise _damaged(row.model, position, "its content differs from its digest")


def _damaged(model: str, position: int, why: str) -> IntegrityError:
    return IntegrityError(
        f"row {position} of the promotion log of {model!r} was tampered with: {why}",
        remedy="restore it from a backup, or move it away and start a new one: pegbar doctor",
        subject=f"{model}:{position}",
    )


def _moved(model: str, expected: str | None, found: str | None) -> ConflictError:
    return ConflictError(
        f"the promotion log of {model!r} moved on: its head is {_short(found)}, not {_short(expected)}",
        remedy=f"read what happened, then decide again: pegbar history {model}",
        subject=model,
    )


def _short(head: str | None) -> str:
    return head[:12] if head else "empty"
