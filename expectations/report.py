"""What the gate says: passed or not, why, about which rows."""

from pathlib import Path
from typing import TYPE_CHECKING

from expectations.checks import Severity
from pegbar.files import write_bytes, written_aside
from pegbar.records import Record

if TYPE_CHECKING:
    import pandas as pd

MAX_IDS_IN_REPORT = 20
REPORT_NAME = "gate.json"
QUARANTINE_NAME = "quarantine.parquet"
DOCS_FOLDER = "data_docs"


class GateReason(Record):
    """One check that did not pass, or a remark (severity ``info``).

    Args:
        check: ``<table>.<check>``.
        item_ids: the first rows concerned; `num_items` counts all of them.
    """

    check: str
    severity: Severity
    message: str
    item_ids: tuple[str, ...] = ()
    num_items: int = 0


class GateReport(Record):
    """The gate's word on one dataset or table. It passes only if it says so.

    Args:
        subject: digest of the dataset (or name of the table) that was judged.
        suites: table -> digest of the suite that judged it.
        predecessor: digest of the version drift was measured against, if any.
    """

    passed: bool
    subject: str
    reasons: tuple[GateReason, ...]
    suites: dict[str, str]
    num_checks: int
    predecessor: str | None = None


class Finding(Record):
    """A reason with every row concerned, before the report shortens it."""

    table: str
    check: str
    severity: Severity
    message: str
    item_ids: tuple[str, ...] = ()
    num_items: int = 0

    def reason(self) -> GateReason:
        """Return the short form."""
        return GateReason(
            check=f"{self.table}.{self.check}",
            severity=self.severity,
            message=self.message,
            item_ids=self.item_ids[:MAX_IDS_IN_REPORT],
            num_items=self.num_items,
        )


def write_report(out: Path, report: GateReport, findings: list[Finding]) -> None:
    """Write the quarantine first and ``gate.json`` last."""
    _write_quarantine(out / QUARANTINE_NAME, findings)
    write_bytes(out / REPORT_NAME, report.to_json())


def _write_quarantine(path: Path, findings: list[Finding]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ("table", "item_id", "check", "severity", "message")
    schema = pa.schema([pa.field(column, pa.string(), nullable=False) for column in columns])
    rows = [
        dict(zip(columns, (found.table, item_id, found.check, found.severity, found.message), strict=True))
        for found in findings
        for item_id in found.item_ids
    ]
    with written_aside(path) as aside:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), aside, store_schema=False)


def bad_ids(frame: "pd.DataFrame", bad: "pd.Series[bool]", key: str, limit: int) -> tuple[str, ...]:
    """Return the ids of the rows that fail, in order, at most `limit`; a row without an id goes by its number."""
    ids = frame[key] if key in frame else frame.index.to_series()
    chosen = ids[bad.to_numpy(dtype=bool)].head(limit)
    return tuple(str(value) for value in chosen)
