"""The training tasks: build the frozen base, train a stage as an artifact, and gate it before the next."""

from pathlib import Path

from prefect import task

from expectations.gate import GateReport, check_frame, require_passed
from expectations.stage_exit import stage_exit_suite
from models.animeshooter.config import SamplerConfig
from models.generators import AnimeShooterGeneratorConfig
from models.nano.config import NanoConfig
from pegbar.dataset import Dataset
from pegbar.dataset.stored import stored_dataset
from pegbar.provenance import code_commit
from pegbar.records import Record
from pegbar.steps import Facts, Step
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.training.config import StageName, TrainConfig
from tasks.training.result import LossHistoryRecord, StageResult, stage_facts
from tasks.training.stage import LOSSES_NAME, RESULT_NAME, STEP, train_stage
from tasks.training.tracking import StageIdentity, tracked_stage

BASE_STEP = Step(name="base", version=1)


class TrainedStage(Record):
    """A finished stage: its artifact, a local folder of it, and what it says of itself."""

    key: str
    digest: str
    folder: Path
    result: StageResult


@task(name="build-base")
def build_base(context: RunContext, config: NanoConfig) -> str:
    """Build the frozen base once; return its artifact's key."""

    def make(folder: Path) -> Facts:
        config.build(folder)
        return {}

    with context.open() as artifacts:
        manifest, _ = artifacts.run(BASE_STEP, {}, config, make)
    return manifest.key


@task(name="train-stage")
def train(
    context: RunContext,
    config: TrainConfig,
    name: StageName,
    base_key: str,
    parent_key: str | None,
    dataset_digest: str | None = None,
) -> TrainedStage:
    """Train one stage from the one before; a killed attempt is resumed from its last checkpoint.

    Args:
        dataset_digest: read this dataset from the store, where there is no workspace; None: the workspace's own.
    """
    dataset = dataset_of(context, dataset_digest)
    alone = config.but(stages=(config.stage(name),))
    with context.open() as artifacts:
        base = artifacts.load(base_key)
        parent = artifacts.load(parent_key) if parent_key else None
        inputs = {"base": base.digest, "parent": parent.digest if parent else "", "dataset": dataset.digest}
        key = STEP.key(inputs, alone)

        def make(folder: Path) -> Facts:
            identity = StageIdentity(
                artifact_key=key,
                data_digest=dataset.digest,
                data_revision=revision_of(context.workspace, dataset.digest) if dataset_digest is None else "",
                code_commit=code_commit(),
                data_source=dataset.files.source,
                pegbar_run_id=context.run_id,
            )
            with tracked_stage(identity, config.stage(name), config, dataset.training_view()) as run:
                result = train_stage(
                    config.stage(name),
                    config,
                    artifacts.fetch(base),
                    artifacts.fetch(parent) if parent else None,
                    dataset,
                    folder,
                    artifacts.checkpoint_folder(key),
                    run.on_step,
                )
                run.finish(result, losses_of(folder))
            return {"final_loss": result.final_loss, "num_trainable": result.num_trainable}

        manifest, _ = artifacts.run(STEP, inputs, alone, make)
        artifacts.clear_checkpoints(key)
        folder = artifacts.fetch(manifest)
    result = StageResult.from_json((folder / RESULT_NAME).read_bytes())
    return TrainedStage(key=manifest.key, digest=manifest.digest, folder=folder, result=result)


@task(name="gate-stage")
def gate_stage(context: RunContext, stage: TrainedStage) -> GateReport:
    """Let the next stage start only if this one finished, stayed finite, and moved what it should.

    Raises:
        GateFailedError: it may not.
    """
    out = context.workspace / "gate" / "stages" / stage.result.stage
    report = check_stage(stage.result, out)
    require_passed(report, out)
    return report


@task(name="fetch-model")
def generator_source(
    context: RunContext, base_key: str, stage_key: str, sampler: SamplerConfig
) -> AnimeShooterGeneratorConfig:
    """Fetch a stage's model and its base, and return the generator they make with these sampler settings."""
    with context.open() as artifacts:
        model, base = (artifacts.fetch(artifacts.load(key)) for key in (stage_key, base_key))
    return AnimeShooterGeneratorConfig(**sampler.model_dump(), model=model, base=base)


def check_stage(result: StageResult, out: Path) -> GateReport:
    """Judge a stage by its facts; write the report under `out`."""
    import pandas as pd

    limits = result.config.limits
    suite = stage_exit_suite(result.config.steps, limits.min_changed_share, limits.max_last_mean_loss)
    facts = stage_facts(result)
    return check_frame(suite, pd.DataFrame([{name: facts[name] for name in suite.columns}]), out)


def dataset_of(context: RunContext, digest: str | None) -> Dataset:
    """Open the workspace's dataset, or the one the store has under a digest, kept near if the store is a bucket.

    Raises:
        NotFoundError: it is not there.
    """
    if digest is None:
        return Dataset(context.workspace / "data")
    store = context.settings.effective_store
    cache = context.settings.effective_member_cache.build() if store.kind == "s3" else None
    return stored_dataset(store, digest, cache)


def revision_of(workspace: Path, dataset_digest: str) -> str:
    """Return the workspace's commit that names this dataset, or nothing if it was never versioned."""
    versions = Workspace.open(workspace).versions()
    return next((version.revision for version in versions if version.dataset_digest == dataset_digest), "")


def losses_of(folder: Path) -> tuple[float | None, ...]:
    """Return the loss of every step of a stage's folder."""
    return LossHistoryRecord.from_json((folder / LOSSES_NAME).read_bytes()).losses
