"""The dataset's tables: one row type each, its Arrow schema, and Parquet with the same bytes every time.

A row is a record, plus the members that hold its bytes: `Shot` with its clip becomes the columns of `Shot` and
``clip_shard``, ``clip_name``, ``clip_offset``, ``clip_size``, ``clip_sha256``.
"""

import types
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq

from pegbar.config import Config
from pegbar.errors import IntegrityError
from pegbar.files import written_aside
from pegbar.records import AudioShot, Character, Decision, Film, Member, Record, Reference, Scene, Shot, Story

TableName = Literal["films", "stories", "shots", "characters", "scenes", "references", "audio_shots", "decisions"]
Row = dict[str, Any]
VERSION_KEY = b"pegbar.schema_version"


class TableKind(Config):
    """One table: its record, the members beside it, and the columns that name and order its rows."""

    name: TableName
    record: type[Record]
    members: tuple[str, ...] = ()
    key: tuple[str, ...]


KINDS: dict[TableName, TableKind] = {
    kind.name: kind
    for kind in (
        TableKind(name="films", record=Film, key=("film_id",)),
        TableKind(name="stories", record=Story, key=("story_id",)),
        TableKind(name="shots", record=Shot, members=("clip",), key=("shot_id",)),
        TableKind(name="characters", record=Character, key=("character_id",)),
        TableKind(name="scenes", record=Scene, key=("scene_id",)),
        TableKind(name="references", record=Reference, members=("image", "mask"), key=("reference_id",)),
        TableKind(name="audio_shots", record=AudioShot, members=("sound",), key=("audio_shot_id",)),
        TableKind(name="decisions", record=Decision, key=("item_kind", "item_id", "gate")),
    )
}
TABLES: tuple[TableName, ...] = tuple(KINDS)


def schema_of(name: TableName) -> pa.Schema:
    """Return the table's Arrow schema; a column is nullable only where the record says ``None``."""
    kind = KINDS[name]
    fields = [_field(column, info.annotation) for column, info in kind.record.model_fields.items()]
    for prefix in kind.members:
        fields += [_field(f"{prefix}_{column}", info.annotation) for column, info in Member.model_fields.items()]
    return pa.schema(fields, metadata={VERSION_KEY: str(kind.record.schema_version).encode()})


def row_of(record: Record, **members: Member) -> Row:
    """Flatten a record and its members into one row."""
    row: Row = record.model_dump()
    for prefix, member in members.items():
        row |= {f"{prefix}_{column}": value for column, value in member.model_dump().items()}
    return row


def write_rows(path: Path, name: TableName, rows: Iterable[Row]) -> None:
    """Write one group of a table: sorted by its key, fixed options, no clock, so that equal rows give equal bytes."""
    kind = KINDS[name]
    ordered = sorted(rows, key=lambda row: tuple(str(row[column]) for column in kind.key))
    table = pa.Table.from_pylist(ordered, schema=schema_of(name))
    with written_aside(path) as aside, pq.ParquetWriter(
        aside, table.schema, version="2.6", compression="zstd", compression_level=3, use_dictionary=False,
        store_schema=False,
    ) as writer:  # fmt: skip
        writer.write_table(table, row_group_size=1 << 16)
        writer.add_key_value_metadata(dict(table.schema.metadata))  # without the Arrow schema it would be lost


def read_tables(paths: Sequence[Path], name: TableName) -> pa.Table:
    """Read a table's groups in the order given, as they are: checking them is the gate's work.

    Raises:
        IntegrityError: a file is not Parquet, or its groups do not have the same columns.
    """
    if not paths:
        return schema_of(name).empty_table()
    try:
        return pa.concat_tables([pq.read_table(path, use_threads=False, partitioning=None) for path in paths])
    except (pa.ArrowException, OSError) as error:
        raise IntegrityError(
            f"table {name} cannot be read: {error}", remedy="pegbar data pull", subject=str(paths[0])
        ) from error


def records_of(table: pa.Table, name: TableName) -> list[Any]:
    """Return the table's rows as its records, members left out; the version before is upgraded."""
    kind = KINDS[name]
    version = int((table.schema.metadata or {}).get(VERSION_KEY, str(kind.record.schema_version).encode()))
    drop = tuple(f"{prefix}_{column}" for prefix in kind.members for column in Member.model_fields)
    return [
        kind.record.from_version(version, {column: value for column, value in row.items() if column not in drop})
        for row in table.to_pylist()
    ]


def member_of(row: Row, prefix: str) -> Member:
    """Return one member of a row."""
    return Member.model_validate({column: row[f"{prefix}_{column}"] for column in Member.model_fields})


def _field(column: str, annotation: Any) -> pa.Field:
    plain, is_nullable = _without_none(annotation)
    if get_origin(plain) is tuple:
        return pa.field(column, pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=is_nullable)
    if get_origin(plain) is Literal:
        return pa.field(column, pa.string(), nullable=is_nullable)
    arrow = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}[plain]
    return pa.field(column, arrow, nullable=is_nullable)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        plain = [part for part in get_args(annotation) if part is not type(None)]
        return plain[0], True
    return annotation, False
