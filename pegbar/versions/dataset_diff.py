"""How two datasets differ: films, rows, licences, funnel, configuration. Read are cards and the tables that differ."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

import pyarrow as pa
from pydantic import JsonValue

from pegbar.dataset import Dataset
from pegbar.records import Film, Record
from pegbar.tables import TABLES, TableName, read_tables, records_of
from pegbar.versions.row_diff import RowCounts, diff_table


class FilmEntry(Record):
    """A film, as people tell it from others."""

    film_id: str
    name: str
    source: str
    licence: str


class FilmChange(Record):
    """A film of both datasets; where its id is another, other bytes came from the same source.

    Args:
        num_rows: how many rows of it, of any table, are on one side only or differ.
    """

    before: FilmEntry
    after: FilmEntry
    num_rows: int


class NumberChange(Record):
    """A count or a statistic on both sides."""

    before: float
    after: float


class ValueChange(Record):
    """A field of the configuration on both sides; None where it is not there."""

    before: JsonValue
    after: JsonValue


class FileCounts(Record):
    """Files on one side only, and files of the same path with other bytes."""

    added: int
    removed: int
    changed: int


class DatasetDiff(Record):
    """What changed from one dataset to another.

    Args:
        funnel: gate -> outcome -> items. config: field (``references.min_score``) -> its values.
    """

    added: tuple[FilmEntry, ...]
    removed: tuple[FilmEntry, ...]
    changed: tuple[FilmChange, ...]
    tables: dict[TableName, RowCounts]
    licences: dict[str, NumberChange]
    funnel: dict[str, dict[str, NumberChange]]
    statistics: dict[str, NumberChange]
    config: dict[str, ValueChange]
    files: FileCounts

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing differs but, at most, the configuration."""
        return self.files == FileCounts(added=0, removed=0, changed=0)


def changed_paths(before: Dataset, after: Dataset, folder: str = "") -> list[str]:
    """Return the files under a folder that are on one side only or differ, in order."""
    old, new = before.card.files, after.card.files
    return sorted(
        path for path in old.keys() | new.keys() if path.startswith(folder) and old.get(path) != new.get(path)
    )


def film_tables(before: Dataset, after: Dataset) -> list[str]:
    """Return the tables of films of every group in which anything differs: they name the films."""
    groups = {PurePosixPath(path).stem for path in changed_paths(before, after, "tables/")}
    return sorted(f"tables/films/{group}.parquet" for group in groups)


def diff_datasets(before: Dataset, after: Dataset) -> DatasetDiff:
    """Compare two datasets.

    Raises:
        IntegrityError: a table is damaged. StorageError: it cannot be read.
    """
    paths = film_tables(before, after)
    old, new = _films(before, paths), _films(after, paths)
    tables = {name: diff_table(name, before, after, changed_paths(before, after, f"tables/{name}/")) for name in TABLES}
    rows: Counter[str] = sum((table.films for table in tables.values()), Counter())
    replaced = _replaced(old, new)
    pairs = [(film_id, film_id) for film_id in old.keys() & new.keys() if rows[film_id]] + list(replaced.items())
    return DatasetDiff(
        added=_sorted(film for film_id, film in new.items() if film_id not in old.keys() | set(replaced.values())),
        removed=_sorted(film for film_id, film in old.items() if film_id not in new.keys() | replaced.keys()),
        changed=tuple(
            FilmChange(before=old[gone], after=new[come], num_rows=sum(rows[film] for film in {gone, come}))
            for gone, come in sorted(pairs, key=lambda pair: (old[pair[0]].name, pair))
        ),
        tables={name: table.counts for name, table in tables.items()},
        licences=_numbers(before.card.licences, after.card.licences),
        funnel=_funnel(before.card.funnel, after.card.funnel),
        statistics=_numbers(before.card.statistics, after.card.statistics),
        config=_values(before, after),
        files=_files(before, after),
    )


def _films(dataset: Dataset, paths: Iterable[str]) -> dict[str, FilmEntry]:
    tables = [pa.BufferReader(dataset.files.read(path)) for path in paths if path in dataset.card.files]
    films: list[Film] = records_of(read_tables(tables, "films"), "films")
    return {
        film.film_id: FilmEntry(film_id=film.film_id, name=film.name, source=film.source, licence=film.licence)
        for film in films
    }


def _replaced(old: Mapping[str, FilmEntry], new: Mapping[str, FilmEntry]) -> dict[str, str]:
    """Return old id -> new id of films whose source now gives other bytes; a source of several films tells nothing."""
    gone = _by_source(film for film_id, film in old.items() if film_id not in new)
    come = _by_source(film for film_id, film in new.items() if film_id not in old)
    return {gone[source][0]: come[source][0] for source in gone.keys() & come.keys()
            if len(gone[source]) == len(come[source]) == 1}  # fmt: skip


def _by_source(films: Iterable[FilmEntry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for film in films:
        found.setdefault(film.source, []).append(film.film_id)
    return found


def _sorted(films: Iterable[FilmEntry]) -> tuple[FilmEntry, ...]:
    return tuple(sorted(films, key=lambda film: (film.name, film.film_id)))


def _numbers(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, NumberChange]:
    return {
        name: NumberChange(before=before.get(name, 0), after=after.get(name, 0))
        for name in sorted(before.keys() | after.keys())
        if before.get(name, 0) != after.get(name, 0)
    }


def _funnel(
    before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, NumberChange]]:
    gates = sorted(before.keys() | after.keys())
    changes = {gate: _numbers(before.get(gate, {}), after.get(gate, {})) for gate in gates}
    return {gate: change for gate, change in changes.items() if change}


def _values(before: Dataset, after: Dataset) -> dict[str, ValueChange]:
    old, new = (
        {"code_version": side.card.code_version, **dict(_flat("", side.card.config))} for side in (before, after)
    )
    return {
        name: ValueChange(before=old.get(name), after=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def _flat(name: str, value: JsonValue) -> Iterable[tuple[str, JsonValue]]:
    if not isinstance(value, dict) or not value:
        yield name, value
        return
    for key, inner in value.items():
        yield from _flat(f"{name}.{key}" if name else key, inner)


def _files(before: Dataset, after: Dataset) -> FileCounts:
    paths = changed_paths(before, after)
    added = sum(path not in before.card.files for path in paths)
    removed = sum(path not in after.card.files for path in paths)
    return FileCounts(added=added, removed=removed, changed=len(paths) - added - removed)
