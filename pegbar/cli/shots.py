"""``pegbar shots FILM``: where one film's shots begin and end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import progress_bars, say_json

if TYPE_CHECKING:
    from tasks.curation.shots import ShotList


SHOT_FIELDS = {"index", "start_frame", "end_frame", "start_seconds", "end_seconds", "transition_in"}


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("shots")(shots)


def shots(
    film: Annotated[Path, typer.Argument(help="A film: mp4, mov, mkv, webm, avi or ts.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find a film's shots: cuts, dissolves and fades, in one decode."""
    from tasks.curation.shots import detect_shots

    with progress_bars():
        found = detect_shots(film)
    if as_json:
        shots_shown = [shot.model_dump(include=SHOT_FIELDS) for shot in found.shots]
        say_json({"film": found.film, "fps": found.fps, "num_frames": found.num_frames, "shots": shots_shown})
    else:
        _print_table(found)


def _print_table(found: "ShotList") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"{escape(found.film)}: {len(found.shots)} shots, {found.num_frames} frames, {found.fps:g} fps")
    for heading in ("shot", "frames", "start", "end", "seconds", "begins with"):
        table.add_column(heading, justify="left" if heading == "begins with" else "right")
    for shot in found.shots:
        table.add_row(
            str(shot.index),
            f"{shot.start_frame}-{shot.end_frame - 1}",
            f"{shot.start_seconds:.3f}",
            f"{shot.end_seconds:.3f}",
            f"{shot.end_seconds - shot.start_seconds:.3f}",
            shot.transition_in,
        )
    Console().print(table)
