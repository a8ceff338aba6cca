"""The whole line: films in, a promoted model and a new story out."""

from pathlib import Path

from prefect import flow

from flows import curate, evaluate, finetune_ip, generate, promote, train
from flows.recipes import LifecycleConfig
from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.digests import digest_of
from pegbar.provenance import code_commit
from pegbar.records import Record
from tasks.context import RunContext
from tasks.registry.records import Lineage
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
    """Curate, train, fine-tune, evaluate, promote, generate, report."""
    config = request.config
    data = curate.curate(
        context, curate.Request(sources=request.sources, licence=request.licence, config=config.curate)
    )
    trained = train.train(context, train.Request(config=config.train))
    model = finetune_ip.finetune_ip(context, finetune_ip.Request(config=config.train, parent=trained))
    evaluated = evaluate.evaluate(
        context,
        evaluate.Request(
            model=model,
            sampler=config.sampler,
            config=config.evaluate,
            data_revision=data.revision,
            dataset_uri=context.workspace.as_uri(),
        ),
    )
    promotion = promote.promote(
        context,
        promote.Request(
            name=config.model_name,
            model=model,
            sampler=config.sampler,
            evaluated=evaluated,
            lineage=lineage_of(context, request, data, model),
            config=config.promote,
            reason=f"lifecycle run {context.run_id}",
        ),
    )
    story_folder = request.out / "story"
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
        stages=(*trained.stages, model.stage),
        evaluated=evaluated,
        promotion=promotion,
        story=story,
        story_folder=story_folder,
        links=request.links,
    )
    return Lifecycle(
        revision=data.revision,
        dataset_digest=data.dataset_digest,
        model=promotion.model,
        champion=promotion.champion,
        mean=evaluated.card.mean,
        harmeanp=evaluated.card.harmeanp,
        story=story_folder,
        report=write_run_report(context, outcome, request.out),
    )


def lineage_of(
    context: RunContext, request: Request, data: curate.CuratedDataset, model: finetune_ip.FinetunedModel
) -> Lineage:
    """Say where the registered model comes from."""
    return Lineage(
        artifact_key=model.stage.key,
        data_revision=data.revision,
        dataset_digest=data.dataset_digest,
        dataset_uri=context.workspace.as_uri(),
        recipe_digest=digest_of(request.config),
        base_digest=model.stage.result.base_digest,
        code_commit=code_commit(),
        run_id=context.run_id,
        workspace=context.workspace.name,
        owner=context.settings.owner,
    )
