"""``pegbar promote``, ``rollback`` and ``history``: who is champion, why, and who was before."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json
from pegbar.cli.opened import opened_registry

if TYPE_CHECKING:
    from pegbar.journal import LogRow
    from tasks.registry.promotion import Promotion

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-m", help="Why; it is kept in the promotion log.")]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Who decides; the settings' owner unless given.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A registered model.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("promote")(promote)
    app.command("rollback")(rollback)
    app.command("history")(history)


def promote(
    model: Annotated[str, typer.Argument(metavar="NAME[/VERSION]", help="A version; NAME alone is its latest.")],
    reason: ReasonOption,
    actor: ActorOption = None,
    recipe: Annotated[str, typer.Option(help="Recipe whose promotion bounds apply.")] = "nano",
    as_json: JsonOption = False,
) -> None:
    """Make a version champion if the gate passes it; the champion before is kept as `previous`."""
    with opened_registry() as (registry, settings):
        from flows.recipes import recipe_named

        found = registry.resolve(model)
        outcome = registry.promote(
            found.model,
            found.version,
            recipe_named(recipe).promote,
            settings.home / "promotions" / found.model / found.version,
            actor=actor or settings.owner,
            reason=reason,
        )
    _show(outcome, as_json, "is champion" if outcome.changed else "was champion already")


def rollback(name: NameArgument, reason: ReasonOption, actor: ActorOption = None, as_json: JsonOption = False) -> None:
    """Give the champion's place back to the version before."""
    with opened_registry() as (registry, settings):
        outcome = registry.rollback(name, actor=actor or settings.owner, reason=reason)
    _show(outcome, as_json, "is champion again")


def history(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show every decision on a model, oldest first; the log's chain is checked."""
    from pegbar.errors import NotFoundError
    from pegbar.journal import Journal
    from pegbar.settings import load_settings

    journal = Journal.open(load_settings().effective_journal_url)
    try:
        journal.verify_log(name)
        log = journal.promotion_log(name)
    finally:
        journal.close()
    if not log:
        raise NotFoundError(
            f"no decision on a model {name!r}", remedy="pegbar demo, or register a model by training one", subject=name
        )
    if as_json:
        say_json([row.model_dump(mode="json") for row in log])
    else:
        _print_log(log)
        _warn(log)


def _warn(log: "list[LogRow]") -> None:
    """Say of a champion that it may have learnt from what was taken down."""
    from tasks.registry.line import champions, taints

    for champion in champions(log)[-1:]:
        if champion in taints(log):
            typer.secho(f"TAINTED: {log[-1].model}/{champion} is champion: {taints(log)[champion]}", fg="red", err=True)


def _show(outcome: "Promotion", as_json: bool, said: str) -> None:
    if as_json:
        say_json(outcome.model_dump(mode="json"))
        return
    before = f"; {outcome.previous} is kept as previous" if outcome.previous else ""
    sys.stdout.write(f"{outcome.model}/{outcome.champion} {said}{before}\n")


def _print_log(log: "list[LogRow]") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None)
    for column in ("when (UTC)", "decision", "version", "before", "who", "why", "evidence"):
        table.add_column(column)
    for row in log:
        when = datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        versions = (row.to_version or "", row.from_version or "")
        cells = (when, row.action.replace("_", " "), *versions, row.actor, row.reason, row.evidence_sha256[:12])
        table.add_row(*(escape(cell) for cell in cells))
    Console().print(table)
