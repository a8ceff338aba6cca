"""``pegbar data evaluation-set``: characters with a reference and clips to learn from, and stories to tell of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json

if TYPE_CHECKING:
    from tasks.evaluation.sets.building import EvaluationSet, EvaluationSetConfig


def evaluation_set(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the set; new, empty or an older set.")],
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")] = Path(),
    ips: Annotated[int | None, typer.Option("--ips", min=1, help="Characters, one per film; 20 unless said.")] = None,
    stories: Annotated[int | None, typer.Option("--stories", min=1, help="Of each; 10 unless said.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Draws films, and words if no model writes.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="Language model that writes the stories, as openai:MODEL or gemini:MODEL."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole record as JSON.")] = False,
) -> None:
    """Build an evaluation set from the dataset; without --model a template writes, and nothing leaves the machine."""
    import uuid

    from pegbar.settings import load_settings
    from pegbar.workspace import Workspace
    from tasks.calls import calls_of
    from tasks.context import RunContext
    from tasks.evaluation.sets.building import build_evaluation_set
    from tasks.evaluation.sets.folder import write_evaluation_set

    opened = Workspace.open(workspace)
    context = RunContext(settings=load_settings(), workspace=opened.root, run_id=uuid.uuid4().hex[:12])
    dataset = opened.dataset()
    with context.open() as artifacts:
        calls = calls_of(artifacts, context.settings)
        found = build_evaluation_set(dataset, _config(ips, stories, seed, model), calls)
    path = write_evaluation_set(found, dataset, directory)
    if as_json:
        say_json({"path": str(path), **found.model_dump(mode="json")})
        return
    _show(found, path)


def _config(ips: int | None, stories: int | None, seed: int | None, model: str | None) -> "EvaluationSetConfig":
    from models.clients.named import client_named
    from tasks.evaluation.sets.building import EvaluationSetConfig
    from tasks.evaluation.sets.language import LanguageWriterConfig

    asked: dict[str, object] = {"num_ips": ips, "num_stories": stories, "seed": seed}
    if model is not None:
        asked["writer"] = LanguageWriterConfig(client=client_named(model))
    return EvaluationSetConfig().but(**{name: value for name, value in asked.items() if value is not None})


def _show(found: "EvaluationSet", path: Path) -> None:
    from pegbar.media.names import printable

    for ip in found.ips:
        typer.echo(
            f"{ip.ip_id}  {printable(ip.name)} of {printable(ip.film_name)}: "
            f"{len(ip.clips)} clips, {len(ip.prompts)} stories"
        )
    for decision in found.decisions:
        if decision.outcome != "kept":
            typer.echo(f"left out: {decision.item_kind} {decision.item_id}: {printable(decision.reason)}")
    typer.echo(f"{path}  written by {found.writer} {found.writer_version}")
