"""``pegbar evaluate MODEL``: score a registered model on the workspace's dataset."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import figure, progress_bars, say_json
from pegbar.cli.opened import run_context

if TYPE_CHECKING:
    from tasks.evaluation.card import EvaluationCard


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("evaluate")(evaluate)


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="NAME@champion, NAME/3, or NAME for its latest.")],
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")] = Path(),
    recipe: Annotated[str, typer.Option(help="Recipe whose evaluation applies.")] = "nano",
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as JSON.")] = False,
) -> None:
    """Generate the evaluation stories, score them, and attach the card to the version as its evidence."""
    from pegbar.workspace import Workspace

    context = run_context(workspace)
    from flows.recipes import recipe_named
    from tasks.registry.steps import evaluate_version

    versions = Workspace.open(workspace).versions()
    with progress_bars():
        found = evaluate_version(
            context,
            model,
            recipe_named(recipe).candidate.evaluate,
            versions[0].revision if versions else "",
            context.workspace.as_uri(),
        )
    if as_json:
        say_json(found.version.model_dump(mode="json") | {"card": found.evaluated.card.model_dump(mode="json")})
    else:
        _print_card(f"{found.version.model}/{found.version.version}", found.evaluated.card, found.evaluated.folder)


def _print_card(name: str, card: "EvaluationCard", folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, title=f"{name} by {card.measure.embedder}")
    for column in (
        "story",
        "seed",
        *(f"shot {i + 1}" for i in range(card.measure.shots_per_story)),
        "Mean",
        "HarMeanP",
    ):
        table.add_column(column)
    for story in card.stories:
        figures = (figure(value) for value in (*story.shots, story.mean, story.harmeanp))
        table.add_row(story.story_id, str(story.seed), *figures)
    console = Console()
    console.print(table)
    for label, value, interval in (
        ("Mean", card.mean, card.mean_interval),
        ("HarMeanP", card.harmeanp, card.harmeanp_interval),
    ):
        around = f" (95 %: {interval[0]:.4f} to {interval[1]:.4f})" if interval else ""
        console.print(f"{label} {figure(value)}{around}", highlight=False)
    console.print(f"{card.measure.remark}\n  sheet {folder / 'contact_sheet.png'}", highlight=False, soft_wrap=True)
