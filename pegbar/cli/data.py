"""``pegbar data``: fetch, judge, list and show a workspace's dataset."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json

if TYPE_CHECKING:
    from expectations.report import GateReport
    from pegbar.dataset import DatasetCard

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="The dataset's folder (pegbar init makes it).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
data_app = typer.Typer(help="Pull, judge, list and show dataset versions.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the root."""
    app.add_typer(data_app, name="data")


@data_app.command()
def pull(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Fetch the current version from the remote and verify it."""
    from pegbar.workspace import Workspace

    opened = Workspace.open(workspace)
    opened.pull()
    _show_card(opened.dataset().card, as_json)


@data_app.command()
def show(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Show the dataset's card: rows, funnel, licences, digest."""
    from pegbar.workspace import Workspace

    _show_card(Workspace.open(workspace).dataset().card, as_json)


@data_app.command()
def versions(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """List the versions, newest first."""
    from pegbar.workspace import Workspace

    found = Workspace.open(workspace).versions()
    if as_json:
        say_json([version.model_dump(mode="json") for version in found])
        return
    rows = [
        (item.revision[:12], item.created_at, f"{item.size_bytes / 1e6:.1f} MB", str(item.num_files), item.message)
        for item in found
    ]
    _print_table(("revision", "made", "size", "files", "message"), rows)


@data_app.command()
def gate(
    workspace: WorkspaceOption = Path(),
    accept_drift: Annotated[bool, typer.Option(help="Drift from the version before is intended.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Judge the dataset as it lies; exit status 4 if it may not go on."""
    from expectations.gate import GateConfig, require_passed, run_gate
    from expectations.whole import DriftLimits
    from pegbar.workspace import Workspace

    opened = Workspace.open(workspace)
    dataset = opened.dataset()
    config = GateConfig(drift=DriftLimits(accept=accept_drift))
    report = run_gate(dataset, opened.previous_card(dataset.digest), opened.gate, config)
    _show_report(report, as_json)
    require_passed(report, opened.gate)


def _show_card(card: "DatasetCard", as_json: bool) -> None:
    if as_json:
        say_json({"digest": card.digest, **card.model_dump(mode="json")})
        return
    typer.echo(f"dataset {card.digest[:12]}")
    _print_table(("table", "rows"), [(name, str(count)) for name, count in card.counts.items()])
    outcomes = ("kept", "rejected", "failed_retryable", "failed_permanent")
    funnel = [(gate, *(str(counts.get(outcome, 0)) for outcome in outcomes)) for gate, counts in card.funnel.items()]
    _print_table(("gate", *outcomes), funnel)
    _print_table(("licence", "films"), [(name, str(count)) for name, count in card.licences.items()])


def _show_report(report: "GateReport", as_json: bool) -> None:
    if as_json:
        say_json(report.model_dump(mode="json"))
        return
    typer.echo(f"gate: {'passed' if report.passed else 'refused'} ({report.num_checks} checks)")
    for reason in report.reasons:
        where = f" ({reason.num_items}: {', '.join(reason.item_ids[:3])})" if reason.num_items else ""
        typer.echo(f"{reason.severity:8} {reason.check}: {reason.message}{where}")


def _print_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, box=None)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
