"""The whole line: films in, a promoted model and a new story out."""

from pathlib import Path

from prefect import flow

from flows import candidate, curate, generate, promote
from flows.recipes import LifecycleConfig
from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.records import Record
from tasks.context import RunContext
from tasks.studio.run_report import RunOutcome, write_run_report
from tasks.studio.story import request_from_dataset


class Request(Config):
    """Which films, which recipe, and where the report and the story go."""

    sources: tuple[str, ...]
    licence: str = "unknown"
    config: LifecycleConfig
    out: Path
    links: dict[str, str] = {}


class Lifecycle(Record):
    """What a run came to."""

    revision: str
    dataset_digest: str
    model: str
    champion: str
    mean: float | None
    harmeanp: float | None
    story: Path
    report: Path


@flow(name="lifecycle")
def lifecycle(context: RunContext, request: Request) -> Lifecycle:
    """Curate, train, evaluate, register, promote, generate, report."""
    config, story_folder = request.config, request.out / "story"
    data = curate.curate(
        context, curate.Request(sources=request.sources, licence=request.licence, config=config.curate)
    )
    made = candidate.candidate(context, config.candidate)
    promotion = promote.promote(
        context,
        promote.Request(
            address=f"{made.version.model}/{made.version.version}",
            config=config.promote,
            reason=f"lifecycle run {context.run_id}",
        ),
    )
    story = generate.generate(
        context,
        generate.Request(
            model=f"{promotion.model}@champion",
            story=request_from_dataset(Dataset(context.workspace / "data"), None, config.generate.num_shots),
            config=config.generate,
            out=story_folder,
        ),
    )
    outcome = RunOutcome(
        revision=data.revision,
        groups=data.groups,
        stages=made.stages,
        evaluated=made.evaluated,
        promotion=promotion,
        story=story,
        story_folder=story_folder,
        links={**request.links, "Funnel": data.funnel.as_uri()},
    )
    return Lifecycle(
        revision=data.revision,
        dataset_digest=data.dataset_digest,
        model=promotion.model,
        champion=promotion.champion,
        mean=made.evaluated.card.mean,
        harmeanp=made.evaluated.card.harmeanp,
        story=story_folder,
        report=write_run_report(context, outcome, request.out),
    )
