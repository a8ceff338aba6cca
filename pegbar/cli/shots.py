"""``pegbar shots FILM``: where one film's shots begin and end."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import progress_bars, say_json

if TYPE_CHECKING:
    from tasks.curation.detection.shots import ShotList


SHOT_FIELDS = {"index", "start_frame", "end_frame", "start_seconds", "end_seconds", "transition_in"}


class Detector(StrEnum):
    """Whose word counts."""

    fusion = "fusion"
    transnet = "transnet"
    content = "content"
    adaptive = "adaptive"
    histogram = "histogram"
    threshold = "threshold"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("shots")(shots)


def shots(
    film: Annotated[Path, typer.Argument(help="A film: mp4, mov, mkv, webm, avi or ts.")],
    detector: Annotated[
        Detector, typer.Option(help="The fusion of all measures, TransNetV2, or one of PySceneDetect's detectors.")
    ] = Detector.fusion,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find a film's shots: cuts, dissolves, fades, wipes and flashes, in one decode."""
    from models.shot_models import TransNetConfig
    from pegbar.media import run_sandboxed
    from tasks.curation.detection.detector_scores import DetectorsConfig
    from tasks.curation.detection.shots import ShotsConfig, detect_shots

    model = TransNetConfig() if detector is Detector.transnet else None
    with progress_bars():
        config = ShotsConfig(decided_by=detector.value)
        found = run_sandboxed(detect_shots, film, config, DetectorsConfig(shot_model=model), subject=film)
    if as_json:
        say_json(
            {
                "film": found.film,
                "fps": found.fps,
                "num_frames": found.num_frames,
                "decided_by": found.decided_by,
                "shots": [shot.model_dump(include=SHOT_FIELDS) for shot in found.shots],
                "cuts": found.cuts,
            }
        )
    else:
        _print_table(found)


def _print_table(found: "ShotList") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    plural = "" if len(found.shots) == 1 else "s"
    counts = f"{len(found.shots)} shot{plural}, {found.num_frames} frames, {found.fps:g} fps"
    table = Table(title=f"{escape(found.film)}: {counts}, by {found.decided_by}")
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
    for name, cuts in found.cuts.items():
        Console().print(f"{name} by itself: {len(cuts)} cuts", highlight=False)
