"""``pegbar data versions`` and ``pegbar data diff``: what there was, and what changed from one to the other."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json

if TYPE_CHECKING:
    from rich.console import Console

    from pegbar.versions.dataset_diff import DatasetDiff, FilmChange, FilmEntry, NumberChange
    from pegbar.versions.diff import Side, VersionDiff

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="The dataset's folder (pegbar init makes it).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
NAME_HELP = "A commit or dataset digest (or how it begins), a branch or a tag"
MAX_SHOWN = 40
SHORT = 12
NOTHING = "-"
NUMBER = re.compile(r"-|-?[\d.]+(e[+-]\d+)?( [kM]B)?")


def versions(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """List the versions, newest first."""
    from rich.console import Console

    from pegbar.workspace import Workspace

    found = Workspace.open(workspace).versions()
    if as_json:
        say_json([version.model_dump(mode="json") for version in found])
        return
    rows = [
        (
            item.revision[:SHORT],
            (item.dataset_digest or NOTHING)[:SHORT],
            item.created_at,
            "damaged pointer" if item.size_bytes is None else _size(item.size_bytes),
            NOTHING if item.num_files is None else str(item.num_files),
            item.message,
        )
        for item in found
    ]
    _print(Console(), "", ("revision", "dataset", "made", "size", "files", "message"), rows)


def diff(
    first: Annotated[
        str | None, typer.Argument(help=f"{NAME_HELP}; by default the latest that differs from SECOND.")
    ] = None,
    second: Annotated[str | None, typer.Argument(help=f"{NAME_HELP}; by default the dataset as it lies.")] = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Show what changed between two versions: films, rows, licences, funnel, configuration. No shard is fetched."""
    from pegbar.versions.diff import diff_versions
    from pegbar.workspace import Workspace

    found = diff_versions(Workspace.open(workspace), first, second)
    if as_json:
        say_json(found.model_dump(mode="json"))
        return
    _show(found)


def _show(found: "VersionDiff") -> None:
    from rich.console import Console

    console = Console()
    console.print(f"from  {_side(found.before)}\nto    {_side(found.after)}", highlight=False, markup=False)
    inner = found.diff
    files = inner.files
    console.print(
        "The same dataset."
        if inner.is_empty
        else f"files {files.added} added, {files.removed} removed, {files.changed} changed: "
        f"{_size(found.before.differing_bytes)} became {_size(found.after.differing_bytes)}",
        highlight=False,
    )
    _print(console, "Films", ("", "film", "id", "licence", "source", "rows"), _films(inner))
    counts = [
        (name, *(str(number) for number in (rows.before, rows.after, rows.added, rows.removed, rows.changed)))
        for name, rows in inner.tables.items()
        if rows.added or rows.removed or rows.changed
    ]
    _print(console, "Rows", ("table", "before", "after", "added", "removed", "changed"), counts)
    _print(console, "Licences", ("licence", "films before", "after"), _numbers(inner.licences.items()))
    funnel = [(f"{gate}: {outcome}", change) for gate, some in inner.funnel.items() for outcome, change in some.items()]
    _print(console, "Funnel", ("gate", "before", "after"), _numbers(funnel))
    _print(console, "Statistics", ("figure", "before", "after"), _numbers(inner.statistics.items()))
    fields = [(name, _value(change.before), _value(change.after)) for name, change in inner.config.items()]
    _print(console, "Configuration", ("field", "before", "after"), fields)
    commits = [
        (commit.revision[:SHORT], commit.created_at, ", ".join(commit.kinds), commit.message)
        for commit in found.commits
    ]
    _print(console, "Commits in between", ("revision", "made", "what", "message"), commits)


def _films(found: "DatasetDiff") -> list[tuple[str, ...]]:
    return [
        *(("added", *_film(film), NOTHING) for film in found.added),
        *(("removed", *_film(film), NOTHING) for film in found.removed),
        *(("changed", *_changed(change)) for change in found.changed),
    ]


def _film(film: "FilmEntry") -> tuple[str, ...]:
    return film.name, film.film_id, film.licence, film.source


def _changed(change: "FilmChange") -> tuple[str, ...]:
    pairs = zip(_film(change.before), _film(change.after), strict=True)
    return *(old if old == new else f"{old} > {new}" for old, new in pairs), str(change.num_rows)


def _numbers(changes: "Iterable[tuple[str, NumberChange]]") -> list[tuple[str, ...]]:
    return [(name, f"{change.before:.6g}", f"{change.after:.6g}") for name, change in changes]


def _value(value: object) -> str:
    return NOTHING if value is None else str(value)


def _side(side: "Side") -> str:
    return f"{(side.revision or '')[:SHORT]:{SHORT}}  dataset {side.dataset_digest[:SHORT]}  {side.message}"


def _size(num_bytes: int) -> str:
    return f"{num_bytes / 1e6:.1f} MB" if num_bytes >= 1e5 else f"{num_bytes / 1e3:.1f} kB"


def _print(console: "Console", title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table, if it has rows; what films and commits say of themselves is no markup."""
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        return
    table = Table(box=None, title=f"\n{title}" if title else None, title_justify="left", title_style="bold")
    for name, column in zip(header, zip(*rows, strict=True), strict=True):
        table.add_column(name, justify="right" if all(NUMBER.fullmatch(cell) for cell in column) else "left")
    for row in rows[:MAX_SHOWN]:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
    if len(rows) > MAX_SHOWN:
        console.print(f"... and {len(rows) - MAX_SHOWN} more: --json has them all")
