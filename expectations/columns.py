"""The columns of the dataset's tables as checks see them, derived from the one schema."""

import pyarrow as pa

from expectations.checks import ColumnKind, NotNull
from pegbar.tables import TableName, schema_of


def columns_of(table: TableName) -> dict[str, ColumnKind]:
    """Return each column's kind."""
    return {field.name: _kind_of(field.type) for field in schema_of(table)}


def presence_checks(table: TableName) -> tuple[NotNull, ...]:
    """Return one check for each column that may not be empty."""
    return tuple(
        NotNull(name=f"{field.name}_present", column=field.name, message=f"{field.name} is missing or NaN")
        for field in schema_of(table)
        if not field.nullable
    )


def _kind_of(kind: pa.DataType) -> ColumnKind:
    if pa.types.is_list(kind):
        return "list"
    if pa.types.is_boolean(kind):
        return "boolean"
    return "text" if pa.types.is_string(kind) else "number"
