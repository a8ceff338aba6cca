"""How the rows of one table differ between two datasets, read file by file so that memory holds two groups at most."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from pegbar.dataset import Dataset
from pegbar.records import Record
from pegbar.tables import KINDS, Row, TableName, read_tables

Kind = Literal["added", "removed", "changed"]
Rows = dict[tuple[str, ...], Row]
PLACES = ("shard", "offset")  # where a member lies: a neighbour in the shard moves it without changing it


class RowCounts(Record):
    """Rows of one table: how many there are on each side, and how many are on one side only or differ."""

    before: int
    after: int
    added: int
    removed: int
    changed: int


@dataclass(frozen=True)
class TableDiff:
    """One table compared; `films` is film id -> how many of its rows differ."""

    counts: RowCounts
    films: Counter[str]


def diff_table(name: TableName, before: Dataset, after: Dataset, paths: Iterable[str]) -> TableDiff:
    """Compare the files of a table that differ; the others are not read.

    Raises:
        IntegrityError: a file is damaged. StorageError: it cannot be read.
    """
    kinds: Counter[Kind] = Counter()
    films: Counter[str] = Counter()
    for path in paths:
        for kind, row in _differing(name, _rows(name, before, path), _rows(name, after, path)):
            kinds[kind] += 1
            films[_film_of(name, row)] += 1
    counts = RowCounts(
        before=before.card.counts.get(name, 0),
        after=after.card.counts.get(name, 0),
        added=kinds["added"],
        removed=kinds["removed"],
        changed=kinds["changed"],
    )
    return TableDiff(counts, films)


def _differing(name: TableName, before: Rows, after: Rows) -> Iterator[tuple[Kind, Row]]:
    for key, row in before.items():
        if key not in after:
            yield "removed", row
        elif _told(name, row) != _told(name, after[key]):
            yield "changed", row
    for key, row in after.items():
        if key not in before:
            yield "added", row


def _rows(name: TableName, dataset: Dataset, path: str) -> Rows:
    if path not in dataset.card.files:
        return {}
    table = read_tables([pa.BufferReader(dataset.files.read(path))], name)
    return {tuple(str(row.get(column)) for column in KINDS[name].key): row for row in table.to_pylist()}


def _told(name: TableName, row: Row) -> Row:
    """Return what a row says, whatever version of the schema wrote it: a column that is not there says nothing."""
    places = {f"{member}_{place}" for member in KINDS[name].members for place in PLACES}
    return {column: value for column, value in row.items() if column not in places and value is not None}


def _film_of(name: TableName, row: Row) -> str:
    """Return the film that a row is of: every id in a dataset begins with its film's."""
    return str(row["item_id"] if "item_id" in row else row[KINDS[name].key[0]]).partition("-")[0]
