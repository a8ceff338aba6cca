"""``pegbar data edit``: a person's corrections into a new version, and a patch to start from."""

from pathlib import Path
from typing import Annotated

import typer

from pegbar.cli.console import progress_bars, say_json


def edit(
    patch: Annotated[Path | None, typer.Argument(help="The patch; masks it names lie beside it.")] = None,
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")] = Path(),
    example: Annotated[
        list[str] | None,
        typer.Option(help="Print a patch for this story, shot, character, scene or reference instead; repeatable."),
    ] = None,
    accept_drift: Annotated[bool, typer.Option("--accept-drift", help="A large change is meant: remark it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Correct captions, shots and references by a patch, into a new gated version.

    A patch is a JSON file: the digest of the dataset that it corrects, an author, a reason, and a list of edits. Print
    one to start from with --example ID; it goes to a file, and the kinds of edits there are to the terminal.
    """
    from pegbar.errors import UsageError

    if (patch is None) == (not example):
        raise UsageError(
            "give a patch, or ask for an example of one",
            remedy="pegbar data edit PATCH, or: pegbar data edit --example ID > patch.json",
        )
    if patch is None:
        _show_example(workspace, example or [])
    else:
        _edit(patch, workspace, accept_drift, as_json)


def _edit(patch: Path, workspace: Path, accept_drift: bool, as_json: bool) -> None:
    from flows.launch import Launch, start
    from pegbar.settings import load_settings
    from pegbar.workspace import Workspace
    from tasks.curation.edits.reading import read_patch

    root = Workspace.open(workspace).root
    request = {
        "patch": str(patch.absolute()),
        "digest": read_patch(patch.absolute()).digest,
        "accept_drift": accept_drift,
    }
    with progress_bars():
        result = start(load_settings(), Launch(flow="edit", workspace=root, request=request))
    if as_json:
        say_json(result.model_dump(mode="json"))
    elif result.is_new:
        told = "1 edit is" if result.num_edits == 1 else f"{result.num_edits} edits are"
        typer.echo(f"{told} in: dataset {result.dataset_digest[:12]}")
        typer.echo(f"  version {result.revision[:12]}; pegbar data versions lists all")
    else:
        typer.echo(f"this patch is applied already: version {result.revision[:12]} has it")


def _show_example(workspace: Path, ids: list[str]) -> None:
    """Print the patch, and beside it, on stderr, every kind of edit."""
    from pegbar.workspace import Workspace
    from tasks.curation.edits.example import example_patch, kinds_of_edits, places_of_clips

    dataset = Workspace.open(workspace).dataset()
    say_json(example_patch(dataset, ids))
    typer.echo("Fill in author and reason, change or take out edits, add others:", err=True)
    for name, fields, words in kinds_of_edits():
        typer.echo(f"  {name}: {fields}\n      {words}", err=True)
    for line in places_of_clips(dataset, ids):
        typer.echo(line, err=True)
