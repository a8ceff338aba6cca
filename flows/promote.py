"""An evaluated model registered, judged, and made champion if the gate passes it."""

from prefect import flow

from flows.finetune_ip import FinetunedModel
from models.animeshooter.config import SamplerConfig
from pegbar.config import Config
from tasks.context import RunContext
from tasks.evaluation.evaluate import Evaluated
from tasks.registry.gate import PromoteConfig
from tasks.registry.promotion import Promotion
from tasks.registry.records import Lineage
from tasks.registry.steps import promote as promote_version
from tasks.registry.steps import register
from tasks.training.steps import generator_source


class Request(Config):
    """Which model becomes a version of which registered model, on what evidence, by whom and why."""

    name: str
    model: FinetunedModel
    sampler: SamplerConfig = SamplerConfig()
    evaluated: Evaluated
    lineage: Lineage
    config: PromoteConfig
    reason: str


@flow(name="promote")
def promote(context: RunContext, request: Request) -> Promotion:
    """Register exactly once, then promote; a refusal is in the log and raises."""
    source = generator_source(context, request.model.base_key, request.model.stage.key, request.sampler)
    version = register(context, request.name, source, request.lineage, request.evaluated)
    address = f"{version.model}/{version.version}"
    return promote_version(context, address, request.config, context.settings.owner, request.reason)
