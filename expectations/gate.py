"""The gate: the one place that decides whether a dataset (or a table) may go on.

It fails closed: a verdict of "no" is written before anything runs, a check that raises is critical whatever its
severity, and only a report that says ``passed`` lets a version be made.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from expectations.checks import TableSuite
from expectations.report import DOCS_FOLDER, REPORT_NAME, Finding, GateReason, GateReport, write_report
from expectations.suites import SUITES
from expectations.validate import validate
from expectations.whole import DIGESTS, DriftLimits, check_bytes, check_drift
from pegbar.config import Config
from pegbar.dataset import Dataset, DatasetCard
from pegbar.digests import digest_of
from pegbar.errors import GateFailedError, IntegrityError
from pegbar.files import write_bytes
from pegbar.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GateConfig", "GateReason", "GateReport", "check_frame", "require_passed", "run_gate"]


class GateConfig(Config):
    """What the gate compares with; the tables' contracts are the suites."""

    drift: DriftLimits = DriftLimits()


def run_gate(
    dataset: Dataset,
    previous: DatasetCard | None,
    out: Path,
    config: GateConfig = GateConfig(),  # noqa: B008 - frozen
) -> GateReport:
    """Judge a dataset; write ``gate.json``, ``quarantine.parquet`` and ``data_docs/`` under `out`.

    Args:
        previous: the card of the version before, or None for a first version.
    """
    suites: dict[str, str] = {name: digest_of(suite) for name, suite in SUITES.items()}
    _write_refusal(out, dataset.digest, suites)
    findings = check_bytes(dataset, previous)
    if not any(found.check == DIGESTS for found in findings):
        findings += _check_tables(dataset, out)
    findings += check_drift(dataset.card, previous, config.drift)
    num_checks = sum(len(suite.checks) + 3 for suite in SUITES.values()) + 4
    report = _report(dataset.digest, findings, suites, num_checks, previous.digest if previous else None)
    write_report(out, report, findings)
    return report


def check_frame(suite: TableSuite, frame: "pd.DataFrame", out: Path) -> GateReport:
    """Judge one table of any kind by its suite, with the same rules and files as a dataset."""
    suites = {suite.table: digest_of(suite)}
    _write_refusal(out, suite.table, suites)
    findings = validate({suite.table: suite}, {suite.table: frame}, out / DOCS_FOLDER)
    report = _report(suite.table, findings, suites, len(suite.checks) + 3, None)
    write_report(out, report, findings)
    return report


def require_passed(report: GateReport, out: Path) -> None:
    """Stop here unless the gate said yes.

    Raises:
        GateFailedError: naming the checks that did not pass and where the rows are listed.
    """
    if not report.passed:
        failed = [reason for reason in report.reasons if reason.severity == "critical"]
        said = "; ".join(f"{reason.check}: {reason.message}" for reason in failed)
        raise GateFailedError(
            f"the gate refused {report.subject[:12]}: {said}",
            remedy=f"see {out / REPORT_NAME} and {out / DOCS_FOLDER / 'index.html'}, correct the source, and run again",
            subject=report.subject,
        )


def _check_tables(dataset: Dataset, out: Path) -> list[Finding]:
    try:
        frames: dict[str, pd.DataFrame] = {name: dataset.frame(name) for name in TABLES}
    except IntegrityError as error:
        return [Finding(table="dataset", check="tables", severity="critical", message=error.what)]
    return validate(SUITES, frames, out / DOCS_FOLDER)


def _report(
    subject: str, findings: list[Finding], suites: dict[str, str], num_checks: int, predecessor: str | None
) -> GateReport:
    return GateReport(
        passed=all(found.severity != "critical" for found in findings),
        subject=subject,
        reasons=tuple(found.reason() for found in findings),
        suites=suites,
        num_checks=num_checks,
        predecessor=predecessor,
    )


def _write_refusal(out: Path, subject: str, suites: dict[str, str]) -> None:
    """Leave a "no" behind in case this process does not live to decide."""
    unfinished = GateReason(check="gate.unfinished", severity="critical", message="the gate did not finish")
    report = GateReport(passed=False, subject=subject, reasons=(unfinished,), suites=suites, num_checks=0)
    write_bytes(out / REPORT_NAME, report.to_json())
