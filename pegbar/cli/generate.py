"""``pegbar generate STORY``: a new film from a registered model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import progress_bars, say_json

if TYPE_CHECKING:
    from tasks.studio.story import StoryRequest

DEFAULT_MODEL = "toon-nano@champion"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("generate")(generate)


def generate(
    story: Annotated[
        str,
        typer.Argument(
            metavar="[STORY]",
            help='A file {"reference": "fox.png", "captions": [...]}, a story id of the dataset, or "default".',
        ),
    ] = "default",
    model: Annotated[str, typer.Option("--model", help="NAME@champion, NAME/3, or NAME.")] = DEFAULT_MODEL,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the film goes.")] = Path("story"),
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")] = Path(),
    shots: Annotated[int, typer.Option(min=1, help="Shots, where the story comes from the dataset.")] = 4,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    steps: Annotated[int | None, typer.Option(min=1, help="Denoising steps; the model's own unless given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the story's record as JSON.")] = False,
) -> None:
    """Generate a story: clips, the joined film, a contact sheet, and story.json with its lineage."""
    from flows.launch import Launch, start
    from pegbar.settings import load_settings

    root, request = _request(story, workspace, shots)
    content = {
        "model": model,
        "story": request.model_dump(mode="json"),
        "config": {"seed": seed, "num_inference_steps": steps},
        "out": str(out.absolute()),
    }
    with progress_bars():
        result = start(load_settings(), Launch(flow="generate", workspace=root, request=content))
    if as_json:
        say_json(result.model_dump(mode="json") | {"out": str(out.absolute())})
        return
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{result.model}/{result.version}, seed {result.seed}: {result.num_frames} frames")
    for name in ("story.mp4", "contact_sheet.png", "story.json"):
        console.print(f"  {out / name}")


def _request(story: str, workspace: Path, num_shots: int) -> tuple[Path, "StoryRequest"]:
    """Read the story from its file, or from the workspace's dataset; return it with the run's folder."""
    from pegbar.workspace import Workspace
    from tasks.studio.story import request_from_dataset, request_from_file

    path = Path(story)
    if path.suffix == ".json" or path.is_file():
        return path.absolute().parent, request_from_file(path)
    opened = Workspace.open(workspace)
    return opened.root, request_from_dataset(opened.dataset(), None if story == "default" else story, num_shots)
