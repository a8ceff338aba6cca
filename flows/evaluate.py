"""A trained model measured on the workspace's dataset."""

from prefect import flow

from flows.finetune_ip import FinetunedModel
from models.animeshooter.config import SamplerConfig
from pegbar.config import Config
from tasks.context import RunContext
from tasks.evaluation.evaluate import EvaluateConfig, Evaluated
from tasks.evaluation.evaluate import evaluate as evaluate_model
from tasks.training.steps import generator_source


class Request(Config):
    """Which model, how it samples, and what is measured, on which revision of the data."""

    model: FinetunedModel
    sampler: SamplerConfig = SamplerConfig()
    config: EvaluateConfig
    data_revision: str
    dataset_uri: str


@flow(name="evaluate")
def evaluate(context: RunContext, request: Request) -> Evaluated:
    """Generate the evaluation stories and score them."""
    source = generator_source(context, request.model.base_key, request.model.stage.key, request.sampler)
    return evaluate_model(context, source, request.config, request.data_revision, request.dataset_uri)
