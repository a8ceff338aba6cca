"""``pegbar demo``: two drawn films, and yours, to a promoted model and a new film."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar import progress
from pegbar.cli.console import figure, progress_bars, say_json

if TYPE_CHECKING:
    from flows.lifecycle import Lifecycle
    from pegbar.services import Endpoints

NUM_FILMS, SEED = 2, 1


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("demo")(demo)


def demo(
    films: Annotated[list[Path] | None, typer.Argument(help="Films of yours to curate as well.")] = None,
    recipe: Annotated[str, typer.Option(help="Recipe of flows/recipes.py.")] = "nano",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run everything once in a workspace of its own: films in, a promoted model and a new film out."""
    from flows.launch import Launch, start
    from pegbar.services import ensure_services
    from pegbar.settings import load_settings
    from pegbar.toonbox.config import ToonboxConfig
    from pegbar.toonbox.film import render_films
    from pegbar.workspace import Workspace

    settings = load_settings()
    folder = settings.home / "demo"
    with progress_bars():
        endpoints = ensure_services(settings)
        endpoints.apply()  # before Prefect is imported: it reads its settings then
        from flows.recipes import recipe_named

        drawn = folder / "films"
        render_films(drawn, NUM_FILMS, SEED, ToonboxConfig(), progress.report)
        workspace = Workspace.create(folder / "workspace")
        config = recipe_named(recipe)
        config = config.but(curate=config.curate.accepting_drift())  # its films are whatever was named this time
        request = {
            "sources": [str(drawn), *(str(film.absolute()) for film in films or ())],
            "config": config.model_dump(mode="json"),
            "out": str(folder),
            "links": {"Prefect": endpoints.prefect_ui_url, "MLflow": endpoints.mlflow_ui_url},
        }
        result = start(settings, Launch(flow="lifecycle", workspace=workspace.root, request=request))
    _show(result, endpoints, as_json)


def _show(result: "Lifecycle", endpoints: "Endpoints", as_json: bool) -> None:
    addresses = {"prefect": endpoints.prefect_ui_url, "mlflow": endpoints.mlflow_ui_url}
    if as_json:
        say_json(result.model_dump(mode="json") | addresses)
        return
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    console.print(f"\n[bold]{result.model}[/bold] version {result.champion} is champion.", end=" ")
    console.print(f"Mean {figure(result.mean)}, HarMeanP {figure(result.harmeanp)} (colour and shape histograms).")
    console.print(f"  report  {result.report}")
    console.print(f"  film    {result.story / 'story.mp4'}")
    console.print(f"  Prefect {addresses['prefect']}\n  MLflow  {addresses['mlflow']}")
    console.print("  next: open the report; pegbar down stops both servers")
