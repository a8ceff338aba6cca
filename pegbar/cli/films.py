"""`pegbar films ...`: sample films from seeds."""

from pathlib import Path
from typing import Annotated

import typer

from pegbar.cli import probe

films_app = typer.Typer(help="Sample cartoons drawn from a seed, and what is known of films.", no_args_is_help=True)
probe.register(films_app)


@films_app.command("render")
def render(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the films; made if missing.")],
    films: Annotated[int, typer.Option("--films", min=1, help="How many.")] = 2,
    seed: Annotated[
        int, typer.Option("--seed", help="Seed of the first; 0-79999 train, 80000-89999 evaluation, then test.")
    ] = 0,
    seconds: Annotated[float | None, typer.Option("--seconds", help="Longest film; 60 unless said.")] = None,
    blemishes: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="BLEMISH",
            help="Blemish to add: subtitles, logo, letterbox or variable-rate. Repeat for several.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw short cartoons with the truth about script, cuts, texts, sounds and masks. Same seed, same bytes."""
    from pegbar import progress
    from pegbar.cli.console import progress_bars, say_json
    from pegbar.toonbox.config import ToonboxConfig
    from pegbar.toonbox.film import render_films

    config = ToonboxConfig().but(blemishes=blemishes or ())
    if seconds is not None:
        config = config.but(max_seconds=seconds, min_seconds=min(seconds, config.min_seconds))
    with progress_bars():
        rendered = render_films(directory, films, seed, config, progress.report)
    if as_json:
        say_json({"directory": str(directory), "films": [film.model_dump(mode="json") for film in rendered]})
        return
    for film in rendered:
        typer.echo(f"{directory / film.video}  {film.num_frames / film.fps:.1f} s, {film.num_shots} shots")
