"""The staged training: base, then every stage from the one before, each gated before the next."""

from prefect import flow

from pegbar.config import Config
from pegbar.records import Record
from tasks.context import RunContext
from tasks.training.config import StageName, TrainConfig
from tasks.training.steps import TrainedStage, build_base, gate_stage
from tasks.training.steps import train as train_stage

SHARED_STAGES: tuple[StageName, ...] = ("condition-alignment", "single-shot", "multi-shot")


class Request(Config):
    """What to train. `last_stage` stops early; the per-IP stage has a flow of its own."""

    config: TrainConfig
    last_stage: StageName | None = None


class TrainedModel(Record):
    """The trained stages, in order, and the base they stand on."""

    base_key: str
    stages: tuple[TrainedStage, ...]


@flow(name="train")
def train(context: RunContext, request: Request) -> TrainedModel:
    """Train the stages that every IP shares."""
    base_key = build_base(context, request.config.base)
    stages: list[TrainedStage] = []
    for name in stage_names(request):
        stage = train_stage(context, request.config, name, base_key, stages[-1].key if stages else None)
        gate_stage(context, stage)
        stages.append(stage)
    return TrainedModel(base_key=base_key, stages=tuple(stages))


def stage_names(request: Request) -> list[StageName]:
    """Return the shared stages of the recipe up to the last one asked for."""
    names = [stage.name for stage in request.config.stages if stage.name in SHARED_STAGES]
    if request.last_stage in names:
        return names[: names.index(request.last_stage) + 1]
    return names
