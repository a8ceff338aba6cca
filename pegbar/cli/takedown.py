"""``pegbar data remove``: a film taken down, out of the dataset and of everything that was made from it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import counted, progress_bars, say_json

if TYPE_CHECKING:
    from flows.remove import RemovedFilms
    from pegbar.settings import Settings
    from pegbar.workspace import Workspace
    from tasks.curation.takedown.planning import Plan

ELSEWHERE = "Other clones, backups, exports and other workspaces keep what they have: remove it there."


def remove(
    films: Annotated[list[str], typer.Argument(metavar="FILM...", help="Film ids, sha256, names or source labels.")],
    reason: Annotated[str, typer.Option("--reason", "-m", help="Why; it is kept on the tombstone.")],
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")] = Path(),
    actor: Annotated[str | None, typer.Option("--actor", help="Who decides; the settings' owner unless given.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be rewritten and removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Take films down: a version without them, every byte of them removed, models flagged, a tombstone left.

    No older version that held one of them can be pulled any more, and their bytes are never taken in again.
    """
    from flows.launch import Launch, start
    from pegbar.errors import UsageError
    from pegbar.settings import load_settings
    from pegbar.workspace import Workspace

    reason = " ".join(reason.split())
    if not reason:
        raise UsageError("a takedown needs a reason", remedy="pegbar data remove FILM --reason 'why'")
    settings, opened = load_settings(), Workspace.open(workspace)
    who = actor or settings.owner
    plan = _plan(settings, opened, films, reason, who)
    if dry_run:
        _show_plan(plan, as_json)
        return
    if not yes:
        _confirm(plan)
    chosen = [film.model_dump(mode="json") for film in plan.films]
    request = {"films": chosen, "reason": reason, "actor": who}
    with progress_bars():
        result = start(settings, Launch(flow="remove", workspace=opened.root, request={**request}))
    _warn(result)
    if as_json:
        say_json(result.model_dump(mode="json"))
    else:
        _show(result)


def _plan(settings: "Settings", workspace: "Workspace", films: list[str], reason: str, who: str) -> "Plan":
    from tasks.context import RunContext
    from tasks.curation.takedown.planning import plan_takedown

    with RunContext(settings=settings, workspace=workspace.root, run_id="plan").open() as artifacts:
        return plan_takedown(artifacts, workspace, films, reason, who)


def _confirm(plan: "Plan") -> None:
    from pegbar.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked here", remedy="add --yes, after a look at what --dry-run says")
    _show_plan(plan, as_json=False)
    typer.confirm("Take down for ever?", abort=True, err=True)


def _show_plan(plan: "Plan", as_json: bool) -> None:
    from pegbar.space import size_text

    if as_json:
        say_json(plan.model_dump(mode="json"))
        return
    for film, stone in zip(plan.films, plan.tombstones, strict=True):
        held = sum(bool(version.revision) for version in stone.versions)
        typer.echo(f"{film.title}: {counted(held, 'version')} that held it could not be pulled any more")
    groups, objects = counted(len(plan.groups), "group"), counted(plan.num_objects, "object")
    artifacts, members = counted(plan.num_artifacts, "artifact"), counted(plan.num_members, "member")
    typer.echo(f"rewritten   {groups} {' '.join(plan.groups)} ({size_text(plan.rewritten_bytes)} now)")
    typer.echo(f"removed     {objects} of DVC ({size_text(plan.object_bytes)}), also in every remote")
    typer.echo(f"            {artifacts}, {members} of the store ({size_text(plan.member_bytes)})")
    for name in plan.also_showing:
        typer.echo(f"stays       {name}, which shows the same: it is another file")


def _warn(result: "RemovedFilms") -> None:
    """Say on stderr what somebody has to act on."""
    for one in result.tainted:
        if one.is_champion:
            typer.secho(
                f"TAINTED: {one.model}/{one.version} is champion and may have learnt from what was taken down\n"
                f"  next: train without it and promote, or: pegbar rollback {one.model} --reason 'why'",
                fg="red", bold=True, err=True,
            )  # fmt: skip
    if result.dataset.outcome == "emptied":
        typer.secho(
            f"there is no version now: {result.dataset.why or 'nothing is left'}\n  next: pegbar curate SOURCE",
            fg="red", err=True,
        )  # fmt: skip
    if result.purged.busy:
        typer.secho(
            f"other runs were at work ({', '.join(result.purged.busy)}): what killed steps left without a name stays\n"
            "  next: the same command again when they are done",
            fg="yellow", err=True,
        )  # fmt: skip


def _show(result: "RemovedFilms") -> None:
    for stone in result.tombstones:
        typer.echo(stone.title)
    if result.dataset.outcome == "versioned":
        typer.echo(f"version     {result.dataset.revision[:12]}: dataset {result.dataset.dataset_digest[:12]}")
    purged = result.purged
    objects = ", ".join(f"{count} in {place}" for place, count in purged.objects.items()) or "none"
    typer.echo(f"removed     objects of DVC: {objects}")
    artifacts, members = counted(purged.num_artifacts, "artifact"), counted(purged.num_members, "member")
    orphans, replies = counted(purged.num_orphans, "unnamed leftover"), counted(purged.num_replies, "kept answer")
    typer.echo(f"            {artifacts}, {members}, {orphans}, {replies}")
    for page in result.covered.pages:
        typer.echo(f"            {page}")
    for run_id in result.covered.mlflow_runs:
        typer.echo(f"            the contact sheet of evaluation {run_id} in MLflow")
    for one in result.tainted:
        typer.echo(f"tainted     {one.model}/{one.version}{' (champion)' if one.is_champion else ''}")
    typer.echo(ELSEWHERE)
