"""Great Expectations behind one function: suites and frames in, findings and Data Docs out.

Two passes. The first runs everything with SUMMARY results; only for what failed are the rows then named, capped, by the
check's own mask: COMPLETE results would cost time per bad row even where a check passes.
"""

import importlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.checks import Check, Holds, TableSuite
from expectations.predicates import PREDICATES, Tables, column_of
from expectations.report import Finding, bad_ids

if TYPE_CHECKING:
    import pandas as pd

EVALUATION_ERRORS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
MAX_QUARANTINED = 10_000


def validate(suites: Mapping[str, TableSuite], tables: Tables, docs: Path | None = None) -> list[Finding]:
    """Run every suite on its table and return what did not pass; what cannot be evaluated is critical.

    Args:
        suites: table -> suite.
        tables: every table a predicate may look at; indices are reset.
        docs: a folder to replace with the Data Docs site.
    """
    plain = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
    prepared = {name: _with_predicates(suite, plain) for name, suite in suites.items()}
    with _quiet():
        results = _run(suites, prepared, docs)
    findings: list[Finding] = []
    for name, suite in suites.items():
        findings += _judge(suite, prepared[name], results.get(name, []))
    return findings


def _with_predicates(suite: TableSuite, tables: Tables) -> "pd.DataFrame":
    """Add the columns of the suite's predicates; one that cannot be computed is left out, and so fails its check."""
    columns = {}
    for check in suite.checks:
        if isinstance(check, Holds):
            try:
                columns[column_of(check.predicate)] = PREDICATES[check.predicate](tables)
            except EVALUATION_ERRORS as error:
                logging.getLogger(__name__).warning("%s.%s cannot be computed: %s", suite.table, check.name, error)
    return tables[suite.table].assign(**columns)


def _run(
    suites: Mapping[str, TableSuite], frames: "Mapping[str, pd.DataFrame]", docs: Path | None
) -> dict[str, list[Any]]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    if docs is not None:
        shutil.rmtree(docs, ignore_errors=True)
        context.add_data_docs_site("pegbar", _site(docs))
    results = {}
    source = context.data_sources.add_pandas("tables")
    for name, suite in suites.items():
        batches = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
        expectations = gx.ExpectationSuite(name, expectations=list(_expectations(suite)))
        definition = gx.ValidationDefinition(name=name, data=batches, suite=context.suites.add(expectations))
        checkpoint = gx.Checkpoint(
            name=name,
            validation_definitions=[context.validation_definitions.add(definition)],
            result_format={"result_format": "SUMMARY"},
        )
        ran = context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": frames[name]})
        results[name] = [result for validation in ran.run_results.values() for result in validation.results]
    if docs is not None:
        context.build_data_docs(site_names=["pegbar"])
    return results


def _expectations(suite: TableSuite) -> Iterator[Any]:
    import great_expectations.expectations as gxe

    columns = sorted({*suite.columns, *_predicate_columns(suite)})
    yield gxe.ExpectTableColumnsToMatchSet(column_set=columns, exact_match=True, meta={"check": "columns"})
    yield gxe.ExpectTableRowCountToBeBetween(min_value=suite.min_rows, meta={"check": "row_count"})
    for check in suite.checks:
        kind, arguments = check.arguments()
        yield getattr(gxe, kind)(**arguments, severity=check.severity, meta={"check": check.name})


def _judge(suite: TableSuite, frame: "pd.DataFrame", results: list[Any]) -> list[Finding]:
    by_name = {result.expectation_config.meta.get("check"): result for result in results}
    findings = _judge_shape(suite, frame, by_name)
    for check in suite.checks:
        result = by_name.get(check.name)
        if result is None or _raised(result):
            findings.append(_broken(suite, check.name, f"the check could not be evaluated: {_raised(result)}"))
        elif result.success is not True:
            findings.append(_failed(suite, check, frame))
    return findings


def _judge_shape(suite: TableSuite, frame: "pd.DataFrame", by_name: dict[str, Any]) -> list[Finding]:
    """Judge the columns, their kinds and the row count."""
    findings = []
    ours = [column for column in frame.columns if not str(column).startswith(column_of(""))]
    missing = sorted(set(suite.columns) - set(ours))
    foreign = sorted(set(ours) - set(suite.columns))
    if missing:
        findings.append(_broken(suite, "missing_column", f"no column {', '.join(missing)}"))
    if foreign:
        findings.append(_broken(suite, "unknown_column", f"column {', '.join(foreign)} is not in the contract"))
    wrong = [name for name, kind in suite.columns.items() if name in frame and not _is_of_kind(frame[name], kind)]
    if wrong:
        findings.append(_broken(suite, "column_type", f"column {', '.join(wrong)} is of another type"))
    shape = by_name.get("columns")
    known = bool(missing or foreign) or not _predicate_columns(suite) <= set(frame.columns)
    if not known and (shape is None or _raised(shape) or shape.success is not True):
        findings.append(_broken(suite, "columns", f"the columns could not be checked: {_raised(shape)}"))
    rows = by_name.get("row_count")
    if rows is None or _raised(rows) or rows.success is not True:
        what = f"{len(frame)} rows, at least {suite.min_rows} needed"
        findings.append(_broken(suite, "row_count", what))
    return findings


def _predicate_columns(suite: TableSuite) -> set[str]:
    return {column_of(check.predicate) for check in suite.checks if isinstance(check, Holds)}


def _is_of_kind(column: "pd.Series[Any]", kind: str) -> bool:
    from pandas.api import types

    if column.empty:
        return True
    if kind == "boolean":
        return bool(types.is_bool_dtype(column)) or set(column.dropna().map(type)) <= {bool}
    if kind == "number":
        return bool(types.is_numeric_dtype(column)) and not types.is_bool_dtype(column)
    allowed = (tuple, list) if kind == "list" else (str,)
    return all(isinstance(value, allowed) for value in column.dropna())


def _failed(suite: TableSuite, check: Check, frame: "pd.DataFrame") -> Finding:
    try:
        bad = check.bad_rows(frame)
    except EVALUATION_ERRORS as error:
        return _broken(suite, check.name, f"{check.message}; its rows could not be named: {error}")
    ids = bad_ids(frame, bad, suite.key, MAX_QUARANTINED)
    return Finding(
        table=suite.table,
        check=check.name,
        severity=check.severity,
        message=check.message,
        item_ids=ids,
        num_items=int(bad.sum()),
    )


def _broken(suite: TableSuite, check: str, message: str) -> Finding:
    return Finding(table=suite.table, check=check, severity="critical", message=message)


def _raised(result: Any) -> str:
    """Return the first exception of a result, or nothing. Its shape is flat or keyed by metric."""
    if result is None:
        return "it did not run"
    info = result.exception_info or {}
    parts = [info] if "raised_exception" in info else list(info.values())
    for part in parts:
        if isinstance(part, Mapping) and part.get("raised_exception"):
            return str(part.get("exception_message") or "an exception without a message")
    return ""


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's logs and telemetry out of the way; what it raises is read from the results."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    importlib.import_module("great_expectations")  # first: some of its loggers set a level of their own on import
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "great_expectations"]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
