"""``pegbar init``: a folder with its own git, DVC and remote, where a dataset lives."""

from pathlib import Path
from typing import Annotated

import typer

from pegbar.cli.console import say_json


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="The workspace to make; an existing one is left as it is.")],
    remote: Annotated[
        str | None,
        typer.Option(help="Where versions are pushed: a folder or s3://bucket/prefix; inside it by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Make a workspace."""
    from pegbar.workspace import Workspace

    workspace = Workspace.create(folder, remote)
    if as_json:
        say_json({"workspace": str(workspace.root)})
        return
    typer.echo(f"workspace {workspace.root}\n  next: pegbar curate SOURCE --workspace {folder}")
