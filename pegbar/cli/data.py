"""``pegbar data``: everything that is done to a workspace's dataset; each command's own module does the work."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json
from pegbar.cli.edit import edit
from pegbar.cli.evaluation_set import evaluation_set
from pegbar.cli.release import export_release, import_release
from pegbar.cli.review import agreement, review
from pegbar.cli.takedown import remove
from pegbar.cli.versions import NAME_HELP, JsonOption, WorkspaceOption, diff, versions

if TYPE_CHECKING:
    from expectations.report import GateReport
    from pegbar.dataset import DatasetCard

RevisionOption = Annotated[str | None, typer.Option("--revision", help=f"{NAME_HELP}: an older version.")]
data_app = typer.Typer(
    help="Pull, judge, show, compare, review, edit, import and export dataset versions.", no_args_is_help=True
)
data_app.command("edit")(edit)
data_app.command("review")(review)
data_app.command("agreement")(agreement)
data_app.command("evaluation-set")(evaluation_set)
data_app.command("versions")(versions)
data_app.command("diff")(diff)
data_app.command("import")(import_release)
data_app.command("export")(export_release)
data_app.command("remove")(remove)


def register(app: typer.Typer) -> None:
    """Add the group to the root."""
    app.add_typer(data_app, name="data")


@data_app.command()
def pull(
    workspace: WorkspaceOption = Path(),
    revision: RevisionOption = None,
    every_byte: Annotated[
        bool, typer.Option("--every-byte", help="Read files again that did not change since they were read.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch the current version from the remote, or an older one, and verify it."""
    from pegbar.workspace import Workspace

    opened = Workspace.open(workspace)
    with opened.claimed("pegbar data pull"):  # no run may be assembling meanwhile
        opened.pull(revision, every_byte=every_byte)
    _show_card(opened.dataset().card, as_json)


@data_app.command()
def show(workspace: WorkspaceOption = Path(), revision: RevisionOption = None, as_json: JsonOption = False) -> None:
    """Show the dataset: its card (rows, funnel, licences, digest) and its statistics beside AnimeShooter's.

    An older version is read where it lies, not checked out.
    """
    from pegbar.workspace import Workspace
    from tasks.studio.statistics import ANIMESHOOTER, HEADER, statistics_of

    opened = Workspace.open(workspace)
    dataset = opened.at(revision) if revision else opened.dataset()
    statistics = statistics_of(dataset)
    if as_json:
        say_json({**_card_fields(dataset.card), "statistics_table": statistics.model_dump(mode="json")})
        return
    _show_card(dataset.card, as_json)
    rows = zip(statistics.rows(), ANIMESHOOTER.rows(), strict=True)
    _print_table(HEADER, [row for own, (level, *paper) in rows for row in (own, (f"{level} (paper)", *paper))])
    _print_table(
        ("figure", "here", "paper"),
        [
            (name, own, paper)
            for (name, own), (_, paper) in zip(statistics.figures(), ANIMESHOOTER.figures(), strict=True)
        ],
    )


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
        say_json(_card_fields(card))
        return
    typer.echo(f"dataset {card.digest[:12]}")
    _print_table(("table", "rows"), [(name, str(count)) for name, count in card.counts.items()])
    outcomes = ("kept", "rejected", "failed_retryable", "failed_permanent")
    funnel = [(gate, *(str(counts.get(outcome, 0)) for outcome in outcomes)) for gate, counts in card.funnel.items()]
    _print_table(("gate", *outcomes), funnel)
    _print_table(("licence", "films"), [(name, str(count)) for name, count in card.licences.items()])


def _card_fields(card: "DatasetCard") -> dict[str, object]:
    return {"digest": card.digest, **card.model_dump(mode="json")}


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
