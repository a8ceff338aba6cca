"""Checks that one column cannot answer: named functions over whole tables, true where a row is right.

A predicate sees every table of the dataset, so that it can follow references between them. Each table's own are beside
its suite; here are their register and what they share.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
Predicate = Callable[[Tables], "pd.Series[bool]"]
PREDICATES: dict[str, Predicate] = {}
TOLERANCE_SECONDS = 1e-6  # float noise; a real gap or overlap is at least a frame


def predicate(function: Predicate) -> Predicate:
    """Register a predicate under its name."""
    PREDICATES[function.__name__] = function
    return function


def column_of(name: str) -> str:
    """Return the name of the column that carries a predicate's answers."""
    return f"is_true_{name}"


def known(values: "pd.Series[str]", among: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which values are among others."""
    return values.isin(set(among))


def looked_up(tables: Tables, table: str, key: str, child: str, column: str) -> "pd.Series[float]":
    """Return, for each row of `child`, the value of `column` of the row of `table` it refers to by `key`."""
    parents = tables[table].drop_duplicates(key).set_index(key)[column]
    return tables[child][key].map(parents)


def within(rows: "pd.DataFrame", limit: "pd.Series[float]") -> "pd.Series[bool]":
    """Tell which rows have 0 <= start < end <= limit, in seconds."""
    start, end = rows["start_seconds"], rows["end_seconds"]
    return (start >= 0) & (start < end) & (end <= limit + TOLERANCE_SECONDS)
