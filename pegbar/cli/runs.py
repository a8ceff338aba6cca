"""``pegbar curate``, ``pegbar train`` and ``pegbar resume``: what starts or finishes a run."""

from pathlib import Path
from typing import Annotated

import typer

from pegbar.cli.console import figure, progress_bars, say_json


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("curate")(curate)
    app.command("train")(train)
    app.command("resume")(resume)


WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder (see pegbar init).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ADDRESSES = "s3://bucket/prefix, https://host/film, youtube:VIDEO_ID, ytdlp+https://site/page"
CLIENTS = "openai:MODEL, gemini:MODEL, transformers:FOLDER or replay:FILE"


def curate(
    sources: Annotated[
        list[str],
        typer.Argument(help=f"Folders, films, lists of them (.txt, .csv, .jsonl), or addresses: {ADDRESSES}."),
    ],
    workspace: WorkspaceOption = Path(),
    licence: Annotated[
        str, typer.Option(help="Licence of films of which neither a list's row nor a NAME.licence says one.")
    ] = "unknown",
    recipe: Annotated[str, typer.Option(help="Recipe of flows/recipes.py.")] = "nano",
    annotator: Annotated[
        str | None, typer.Option(help=f"Language model that tells the stories instead of scripts: {CLIENTS}.")
    ] = None,
    verifier: Annotated[
        str | None, typer.Option(help="Language model that judges the reference pictures, named alike.")
    ] = None,
    accept_drift: Annotated[
        bool, typer.Option("--accept-drift", help="The change is meant: remark, not refuse.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Turn films into a gated, versioned dataset."""
    from flows.launch import Launch, start
    from flows.recipes import recipe_named
    from models.clients.named import client_named
    from pegbar.settings import load_settings
    from pegbar.workspace import Workspace
    from tasks.curation.sources.opening import named_everywhere

    config = recipe_named(recipe).curate
    if annotator is not None:
        config = config.told_by(client_named(annotator))
    if verifier is not None:
        config = config.verified_by(client_named(verifier))
    request = {
        "sources": [named_everywhere(source) for source in sources],
        "licence": licence,
        "config": (config.accepting_drift() if accept_drift else config).model_dump(mode="json"),
    }
    root = Workspace.open(workspace).root
    with progress_bars():
        result = start(load_settings(), Launch(flow="curate", workspace=root, request=request))
    _show(result.model_dump(mode="json"), as_json)


def train(
    recipe: Annotated[str, typer.Argument(help="Recipe of flows/recipes.py.")] = "nano",
    workspace: WorkspaceOption = Path(),
    stage: Annotated[str | None, typer.Option(help="Train the shared stages up to this one, and no more.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a recipe's stages on the workspace's dataset, evaluate the model and register it as a version."""
    from flows.launch import Launch, start
    from flows.recipes import recipe_named
    from pegbar.settings import load_settings
    from pegbar.workspace import Workspace

    candidate = recipe_named(recipe).candidate
    root = Workspace.open(workspace).root
    if stage is None:
        launch = Launch(flow="candidate", workspace=root, request=candidate.model_dump(mode="json"))
    else:
        request = {"config": candidate.train.model_dump(mode="json"), "last_stage": stage}
        launch = Launch(flow="train", workspace=root, request=request)
    with progress_bars():
        result = start(load_settings(), launch)
    if stage is not None or as_json:
        _show(result.model_dump(mode="json"), as_json)
        return
    name, card = f"{result.version.model}/{result.version.version}", result.evaluated.card
    typer.echo(f"{name}: Mean {figure(card.mean)}, HarMeanP {figure(card.harmeanp)} by {card.measure.embedder}")
    typer.echo(f"  next: pegbar promote {name} -m 'why'")


def resume(
    run_id: Annotated[str | None, typer.Argument(help="A run; the last interrupted one if left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Finish a run that was killed or failed."""
    from flows import launch
    from pegbar.settings import load_settings

    with progress_bars():
        result = launch.resume(load_settings(), run_id)
    _show(result.model_dump(mode="json"), as_json)


def _show(result: dict[str, object], as_json: bool) -> None:
    if as_json:
        say_json(result)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in result.items():
        if not isinstance(value, dict):
            table.add_row(name.replace("_", " "), str(len(value) if isinstance(value, list) else value))
    Console().print(table)
