"""`pegbar schedule`: nightly curation, set up, looked at, paused and removed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json

if TYPE_CHECKING:
    from flows.schedules import Scheduled
    from pegbar.settings import Settings

schedule_app = typer.Typer(help="Curate what is new every night.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A schedule, as pegbar schedule list names it.")]


def register(app: typer.Typer) -> None:
    """Add the group to the root."""
    app.add_typer(schedule_app, name="schedule")


@schedule_app.command()
def add(
    sources: Annotated[list[str], typer.Argument(help="What pegbar curate takes: folders, films, lists, addresses.")],
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder (see pegbar init).")],
    cron: Annotated[str | None, typer.Option(help='When, as cron has it; "0 2 * * *" if left out.')] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Where that is the time, as Europe/Paris; UTC if left out.")
    ] = None,
    licence: Annotated[str, typer.Option(help="Licence of the films that say nothing of their own.")] = "unknown",
    recipe: Annotated[str, typer.Option(help="Recipe of flows/recipes.py.")] = "nano",
    annotator: Annotated[str | None, typer.Option(help="Language model that tells the stories.")] = None,
    verifier: Annotated[str | None, typer.Option(help="Language model that judges the reference pictures.")] = None,
    name: Annotated[str, typer.Option(help="What to call it; one of that name is changed.")] = "nightly",
    accept_drift: Annotated[
        bool, typer.Option("--accept-drift", help="Changes are meant: remark, not refuse.")
    ] = False,
) -> None:
    """Curate these sources at these times, and keep a worker running that does it."""
    from pegbar.services import ensure_services, want_worker
    from pegbar.workspace import Workspace

    root = Workspace.open(workspace).root
    with _connected() as settings:
        from flows.nightly import Request
        from flows.schedules import Schedule, put_schedule

        request = Request(
            workspace=root,
            sources=tuple(_checked(source) for source in sources),
            licence=licence,
            recipe=recipe,
            annotator=annotator,
            verifier=verifier,
            accept_drift=accept_drift,
        )
        put_schedule(Schedule(request=request, name=name, cron=cron, timezone=timezone))
        want_worker(settings.home)
        ensure_services(settings)
        _print_table([found for found in _found() if found.name == name])


@schedule_app.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False) -> None:
    """Show every schedule, when it runs next, and how it went last."""
    with _connected():
        found = _found()
    if as_json:
        say_json([one.model_dump(mode="json") for one in found])
    elif found:
        _print_table(found)
    else:
        typer.echo("nothing is scheduled\n  next: pegbar schedule add SOURCE --workspace DIR")


@schedule_app.command()
def pause(name: Name) -> None:
    """Let a schedule rest."""
    with _connected():
        from flows.schedules import set_paused

        set_paused(name, True)
    typer.echo(f"{name} rests\n  next: pegbar schedule resume {name}")


@schedule_app.command()
def resume(name: Name) -> None:
    """Let a paused schedule go on."""
    with _connected():
        from flows.schedules import set_paused

        set_paused(name, False)
        _print_table([found for found in _found() if found.name == name])


@schedule_app.command()
def run(name: Name) -> None:
    """Have a night begin now; the worker does it."""
    with _connected() as settings:
        from flows.schedules import run_now
        from pegbar.services import ensure_services, want_worker

        flow_run = run_now(name)
        want_worker(settings.home)
        ensure_services(settings)
    typer.echo(f"{name} begins as {flow_run}\n  next: pegbar schedule list")


@schedule_app.command()
def remove(name: Name) -> None:
    """Delete a schedule; with the last one the worker stops, too, and a night under way with it."""
    with _connected() as settings:
        from flows.schedules import remove_schedule
        from pegbar.services import stop_worker, want_no_worker

        left = remove_schedule(name)
        if left == 0:
            want_no_worker(settings.home)
            stop_worker(settings)
    typer.echo(f"{name} is removed; {left} left")


def _checked(source: str) -> str:
    """Return a source as every night finds it; a path must be there today, or it is most likely misspelt.

    Raises:
        SourceError: no such file or folder.
    """
    from pegbar.errors import SourceError
    from tasks.curation.sources.opening import is_remote, named_everywhere

    if not is_remote(source) and not Path(source).exists():
        raise SourceError(f"no file or folder {source}", remedy="correct it, or make it first", subject=source)
    return named_everywhere(source)


@contextmanager
def _connected() -> "Iterator[Settings]":
    """Start what is not running and become its client, before Prefect is imported."""
    from pegbar.services import ensure_services
    from pegbar.settings import load_settings

    settings = load_settings()
    ensure_services(settings).apply()
    yield settings


def _found() -> "tuple[Scheduled, ...]":
    from flows.schedules import list_schedules

    return list_schedules()


def _print_table(found: "list[Scheduled] | tuple[Scheduled, ...]") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False)
    for one in found:
        when = f"{one.cron} {one.timezone}" + (", paused" if one.state == "paused" else "")
        table = Table(escape(one.name), escape(when), box=None)
        table.add_row("films", escape(", ".join(one.sources)))
        table.add_row("workspace", escape(one.workspace))
        table.add_row("next", one.next_run or ("paused" if one.state == "paused" else "planned within a minute"))
        last = " ".join(text for text in (one.last_run, one.last_state, one.last_message) if text)
        table.add_row("last", escape(last or "never"))
        console.print(table)
