"""What a table may be asked: each check is data, a Great Expectations expectation, and a mask of the rows that fail.

The expectation decides; the mask names the rows for the quarantine. Tests hold the two to the same rows.
"""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from expectations.predicates import column_of
from pegbar.config import Config

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["critical", "warning", "info"]
ColumnKind = Literal["text", "number", "boolean", "list"]


class CheckBase(Config):
    """One check. `name` is unique in its suite; `message` is the reason a person reads."""

    name: str
    message: str
    severity: Severity = "critical"


class NotNull(CheckBase):
    """No value of the column is missing or NaN."""

    kind: Literal["not_null"] = "not_null"
    column: str

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """Return the expectation's class name and arguments."""
        return "ExpectColumnValuesToNotBeNull", {"column": self.column}

    def bad_rows(self, frame: "pd.DataFrame") -> "pd.Series[bool]":
        """Return True where a row fails."""
        return frame[self.column].isna()


class Between(CheckBase):
    """Every value that is there lies in [low, high]."""

    kind: Literal["between"] = "between"
    column: str
    low: float | None = None
    high: float | None = None

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """Return the expectation's class name and arguments."""
        return "ExpectColumnValuesToBeBetween", {"column": self.column, "min_value": self.low, "max_value": self.high}

    def bad_rows(self, frame: "pd.DataFrame") -> "pd.Series[bool]":
        """Return True where a row fails."""
        values = frame[self.column]
        bad = values.isna() & False
        if self.low is not None:
            bad |= values < self.low
        if self.high is not None:
            bad |= values > self.high
        return bad


class OneOf(CheckBase):
    """Every value that is there is one of a fixed set."""

    kind: Literal["one_of"] = "one_of"
    column: str
    values: tuple[str, ...]

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """Return the expectation's class name and arguments."""
        return "ExpectColumnValuesToBeInSet", {"column": self.column, "value_set": list(self.values)}

    def bad_rows(self, frame: "pd.DataFrame") -> "pd.Series[bool]":
        """Return True where a row fails."""
        return frame[self.column].notna() & ~frame[self.column].isin(list(self.values))


class Unique(CheckBase):
    """No two rows share these columns' values, unless all are missing."""

    kind: Literal["unique"] = "unique"
    columns: tuple[str, ...]

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """Return the expectation's class name and arguments."""
        if len(self.columns) == 1:
            return "ExpectColumnValuesToBeUnique", {"column": self.columns[0]}
        return "ExpectCompoundColumnsToBeUnique", {"column_list": list(self.columns)}

    def bad_rows(self, frame: "pd.DataFrame") -> "pd.Series[bool]":
        """Return True where a row fails."""
        columns = list(self.columns)
        return frame.duplicated(columns, keep=False) & frame[columns].notna().any(axis=1)


class Matches(CheckBase):
    """Every value that is there matches a regular expression from its start."""

    kind: Literal["matches"] = "matches"
    column: str
    pattern: str

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """Return the expectation's class name and arguments."""
        return "ExpectColumnValuesToMatchRegex", {"column": self.column, "regex": self.pattern}

    def bad_rows(self, frame: "pd.DataFrame") -> "pd.Series[bool]":
        """Return True where a row fails."""
        compiled = re.compile(self.pattern)
        values = frame[self.column]
        return values.notna() & ~values.map(lambda value: bool(compiled.match(str(value)))).astype(bool)


class Holds(CheckBase):
    """A named predicate over the table (and the tables it refers to) is true of every row."""

    kind: Literal["holds"] = "holds"
    predicate: str
    version: int = 1

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """Return the expectation's class name and arguments; the gate computes the column first."""
        return "ExpectColumnValuesToBeInSet", {"column": column_of(self.predicate), "value_set": [True]}

    def bad_rows(self, frame: "pd.DataFrame") -> "pd.Series[bool]":
        """Return True where a row fails."""
        return ~frame[column_of(self.predicate)].astype(bool)


Check = Annotated[NotNull | Between | OneOf | Unique | Matches | Holds, Field(discriminator="kind")]


class TableSuite(Config):
    """The contract of one table.

    Args:
        key: the column that names a row in reasons and in the quarantine.
        columns: exactly these, of these kinds.
        min_rows: fewer rows than this fail the gate.
    """

    table: str
    version: int = 1
    key: str
    columns: dict[str, ColumnKind]
    min_rows: int = 1
    checks: tuple[Check, ...] = ()
