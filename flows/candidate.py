"""A candidate for promotion: every stage trained, measured, and registered as a version."""

from prefect import flow

from flows import evaluate, finetune_ip, train
from models.animeshooter.config import SamplerConfig
from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.digests import digest_of
from pegbar.provenance import code_commit
from pegbar.records import Record
from tasks.context import RunContext
from tasks.evaluation.evaluate import EvaluateConfig, Evaluated
from tasks.registry.records import Lineage, RegisteredVersion
from tasks.registry.steps import register
from tasks.training.config import TrainConfig
from tasks.training.steps import TrainedStage, generator_source, revision_of


class Request(Config):
    """What to train, how it samples, what is measured, and which registered model it becomes a version of."""

    name: str
    train: TrainConfig
    sampler: SamplerConfig
    evaluate: EvaluateConfig


class Candidate(Record):
    """A registered version with the stages and the evaluation it stands on."""

    version: RegisteredVersion
    stages: tuple[TrainedStage, ...]
    evaluated: Evaluated


@flow(name="candidate")
def candidate(context: RunContext, request: Request) -> Candidate:
    """Train the shared stages and the character's, evaluate, and register exactly once."""
    dataset_digest = Dataset(context.workspace / "data").digest
    revision, uri = revision_of(context.workspace, dataset_digest), context.workspace.as_uri()
    trained = train.train(context, train.Request(config=request.train))
    model = finetune_ip.finetune_ip(context, finetune_ip.Request(config=request.train, parent=trained))
    evaluated = evaluate.evaluate(
        context,
        evaluate.Request(
            model=model, sampler=request.sampler, config=request.evaluate, data_revision=revision, dataset_uri=uri
        ),
    )
    lineage = Lineage(
        artifact_key=model.stage.key,
        data_revision=revision,
        dataset_digest=dataset_digest,
        dataset_uri=uri,
        recipe_digest=digest_of(request),
        base_digest=model.stage.result.base_digest,
        code_commit=code_commit(),
        run_id=context.run_id,
        workspace=context.workspace.name,
        owner=context.settings.owner,
    )
    source = generator_source(context, model.base_key, model.stage.key, request.sampler)
    version = register(context, request.name, source, lineage, evaluated)
    return Candidate(version=version, stages=(*trained.stages, model.stage), evaluated=evaluated)
