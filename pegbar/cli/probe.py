"""``pegbar films probe FILM``: what a film is, or why it cannot be used."""

from pathlib import Path
from typing import Annotated

import typer

from pegbar.cli.console import say_json


def register(app: typer.Typer) -> None:
    """Add the command to the ``films`` group."""
    app.command("probe")(probe_command)


def probe_command(
    film: Annotated[Path, typer.Argument(help="A film: mp4, mov, mkv, webm, avi or ts.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what a film is: size, frames, rate, rotation, sound; or why it cannot be used."""
    from pegbar.media import probe, run_sandboxed

    info = run_sandboxed(probe, film, subject=film)
    if as_json:
        say_json(info.model_dump(mode="json"))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(info.name), show_header=False)
    for field, value in info.model_dump().items():
        table.add_row(field, escape(str(value)))
    Console().print(table)
