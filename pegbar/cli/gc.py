"""``pegbar gc``: remove what no dataset version, model or run needs any more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import progress_bars, say_json

if TYPE_CHECKING:
    from pegbar.journal import Journal
    from tasks.storage.garbage import GarbageReport
    from tasks.storage.keeping import Model

WHY_KEPT = {
    "dataset": "a version of a dataset is made of it",
    "measured": "a film of a dataset was measured so",
    "model": "a registered model is made of it",
    "run": "a run that did not finish may go on from it",
    "elsewhere": "it belongs to a workspace of another machine",
    "recent": "it is young",
    "unregistered": "the journal does not know how old it is",
}


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("gc")(gc)


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go; remove nothing.")] = False,
    keep_days: Annotated[
        float | None, typer.Option(min=0, help="What is younger stays, needed or not (14 unless told otherwise).")
    ] = None,
    keep_versions: Annotated[
        int | None, typer.Option(min=1, help="Versions of each workspace that keep what they were made from (2).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Remove what no dataset version, registered model or unfinished run needs any more, and what lies in scratch."""
    from pegbar.journal import Journal
    from pegbar.settings import load_settings
    from tasks.storage.garbage import GarbageConfig, collect_garbage, find_garbage
    from tasks.storage.opening import open_to_collect

    chosen = {"keep_days": keep_days, "keep_versions": keep_versions}
    config = GarbageConfig().but(**{name: value for name, value in chosen.items() if value is not None})
    settings = load_settings()
    scratch, url = settings.home / "scratch", settings.effective_journal_url
    journal = Journal.open(url) if dry_run else open_to_collect(url, scratch, config.busy_seconds)
    try:
        given = (settings.effective_store.build(), journal, scratch, _models(journal), config)
        with progress_bars():
            report = find_garbage(*given).report if dry_run else collect_garbage(*given)
    finally:
        journal.close()
    if as_json:
        say_json({**report.model_dump(mode="json"), "size_bytes": report.size_bytes})
    else:
        _print(report)


def _models(journal: "Journal") -> "Sequence[Model]":
    """Return the registered models; no server is started for a home that never trained."""
    if not journal.steps("train"):
        return ()
    from pegbar.cli.opened import opened_registry

    with opened_registry() as (registry, _):
        from tasks.storage.models import registered_models

        return registered_models(registry)


def _print(report: "GarbageReport") -> None:
    from rich.console import Console
    from rich.table import Table

    from pegbar.space import size_text

    console = Console()
    if report.removed:
        table = Table("what", "step", "workspace", "owner", title="would go" if report.is_dry_run else "removed")
        table.add_column("count", justify="right")
        table.add_column("size", justify="right")
        for some in report.removed:
            whose = (some.kind, some.step or "of no step", some.workspace, some.owner)
            table.add_row(*whose, str(some.count), size_text(some.size_bytes))
        console.print(table)
    if report.kept:
        table = Table("stays because", title="stays")
        table.add_column("artifacts", justify="right")
        table.add_column("size", justify="right")
        for kept in report.kept:
            table.add_row(WHY_KEPT[kept.reason], str(kept.count), size_text(kept.size_bytes))
        console.print(table)
    if report.num_young:
        console.print(
            f"{report.num_young} members without an artifact are too young to tell: they may be being written"
        )
    if report.num_uploads:
        console.print(f"{report.num_uploads} unfinished uploads dropped")
    gained = size_text(report.size_bytes)
    if report.is_dry_run:
        console.print(f"{gained} would be gained\n  next: pegbar gc" if report.removed else "nothing would go")
    else:
        console.print(f"{gained} gained")
