"""One character's LoRA on top of the shared stages (AnimeShooter section 4, stage 4)."""

from prefect import flow

from flows.train import TrainedModel
from pegbar.config import Config
from pegbar.records import Record
from tasks.context import RunContext
from tasks.training.config import TrainConfig
from tasks.training.steps import TrainedStage, gate_stage
from tasks.training.steps import train as train_stage


class Request(Config):
    """Which training to continue; the recipe's ip-lora stage says for which character."""

    config: TrainConfig
    parent: TrainedModel


class FinetunedModel(Record):
    """The stage with the character's LoRA, and the base it stands on."""

    base_key: str
    stage: TrainedStage


@flow(name="finetune_ip")
def finetune_ip(context: RunContext, request: Request) -> FinetunedModel:
    """Train and gate the per-IP stage."""
    parent = request.parent.stages[-1]
    stage = train_stage(context, request.config, "ip-lora", request.parent.base_key, parent.key)
    gate_stage(context, stage)
    return FinetunedModel(base_key=request.parent.base_key, stage=stage)
