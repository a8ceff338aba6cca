"""``pegbar data import`` and ``pegbar data export``: annotations in the AnimeShooter form, in and out."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import progress_bars, say_json

if TYPE_CHECKING:
    from tasks.curation.release.export import ExportReport
    from tasks.curation.release.importing import ImportReport
    from tasks.curation.release.times import RoundingReport

MAX_LINES = 20


class SpellingOption(StrEnum):
    """How keys of several words are spelled."""

    spaces = "spaces"
    underscores = "underscores"


class TimesOption(StrEnum):
    """What times count from."""

    segment = "segment"
    film = "film"


class PrecisionOption(StrEnum):
    """How finely times are written: MM:SS.mmm or MM:SS."""

    milliseconds = "milliseconds"
    seconds = "seconds"


JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def import_release(
    release: Annotated[Path, typer.Argument(help="A release in the AnimeShooter form: its folder or .zip.")],
    films: Annotated[Path, typer.Argument(help="The folder with its films, each named by its video ID.")],
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite scripts and pictures that differ.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a release's scripts and reference pictures beside its films; then: pegbar curate FILMS."""
    from tasks.curation.release.importing import ImportConfig
    from tasks.curation.release.importing import import_release as run

    with progress_bars():
        report = run(release, films, ImportConfig(replace=replace))
    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        _print_import(report)


def export_release(
    folder: Annotated[Path, typer.Argument(help="A new folder for the release.")],
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")] = Path(),
    spelling: Annotated[SpellingOption, typer.Option(help="Between the words of a key.")] = SpellingOption.spaces,
    times: Annotated[TimesOption, typer.Option(help="What times count from.")] = TimesOption.segment,
    precision: Annotated[
        PrecisionOption, typer.Option(help="MM:SS.mmm, or MM:SS as the paper; what that moves is reported.")
    ] = PrecisionOption.milliseconds,
    allow_unknown_licence: Annotated[
        bool, typer.Option("--allow-unknown-licence", help="Also tell films whose licence nobody knows.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a release that lies there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the present dataset as a release in the AnimeShooter form: annotations and references, no films."""
    from pegbar.workspace import Workspace
    from tasks.curation.release.export import ExportConfig
    from tasks.curation.release.export import export_release as run
    from tasks.curation.release.records import ReleaseForm

    config = ExportConfig(
        form=ReleaseForm(spelling=spelling.value, times=times.value, precision=precision.value),
        allow_unknown_licence=allow_unknown_licence,
        replace=replace,
    )
    report = run(Workspace.open(workspace).dataset(), folder, config)
    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        _print_export(report)


def _print_import(report: "ImportReport") -> None:
    for film in report.films:
        told = f"{film.num_stories} stories, {film.num_pictures} pictures, {film.spelling}, {', '.join(film.times)}"
        typer.echo(f"{film.outcome:9} {film.film}: {film.reason or told}")
    for finding in report.findings[:MAX_LINES]:
        place = f", {finding.place}" if finding.place else ""
        typer.echo(f"{finding.severity:9} {finding.path}{place}: {finding.what}")
    if len(report.findings) > MAX_LINES:
        typer.echo(f"... and {len(report.findings) - MAX_LINES} findings more; --json has all")
    typer.echo(f"{len(report.videos_without_film)} videos without a film")
    for name in report.films_without_annotation[:MAX_LINES]:
        typer.echo(f"no annotation: {name}")


def _print_export(report: "ExportReport") -> None:
    release = report.release
    typer.echo(
        f"{report.folder}: {release.num_films} films, {release.num_stories} stories, {release.num_shots} shots, "
        f"{report.num_pictures} reference pictures"
    )
    if report.audio is not None:
        typer.echo(f"audio subset: {report.audio.num_films} films, {report.audio.num_shots} stretches")
    typer.echo(_rounding_text(release.rounding))
    typer.echo("licences: " + ", ".join(f"{name} ({count})" for name, count in report.licences.items()))
    for name in report.films_left_out[:MAX_LINES]:
        typer.echo(f"left out, no annotated story: {name}")


def _rounding_text(rounding: "RoundingReport") -> str:
    if not rounding.num_moved:
        return f"no time moved of {rounding.num_times}"
    text = f"{rounding.num_moved} of {rounding.num_times} times moved by {rounding.max_moved_seconds:.6g} s at most"
    if rounding.collapsed:
        text += f"; {len(rounding.collapsed)} shots lost their length: {', '.join(rounding.collapsed[:3])}"
    return text
