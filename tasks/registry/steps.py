"""The registry's tasks: register a stage's model, evaluate a registered one, promote, and roll back."""

from pathlib import Path
from tempfile import TemporaryDirectory

from prefect import task

from pegbar.records import Record
from tasks.context import RunContext
from tasks.evaluation.evaluate import EvaluateConfig, Evaluated, evaluate
from tasks.registry.facade import Registry
from tasks.registry.gate import PromoteConfig
from tasks.registry.loading import fetch_version
from tasks.registry.promotion import Promotion
from tasks.registry.records import Lineage, RegisteredVersion
from tasks.registry.source import GeneratorSource


class EvaluatedVersion(Record):
    """A registered version with the evaluation that is now its evidence."""

    version: RegisteredVersion
    evaluated: Evaluated


@task(name="register")
def register(
    context: RunContext, model: str, source: GeneratorSource, lineage: Lineage, evaluated: Evaluated
) -> RegisteredVersion:
    """Register a model with its evaluation, exactly once."""
    with context.open() as artifacts:
        return Registry.open(artifacts.journal).register(
            model, source, lineage, evaluated.card, evaluated.mlflow_run_id
        )


@task(name="evaluate-version")
def evaluate_version(
    context: RunContext, address: str, config: EvaluateConfig, data_revision: str, dataset_uri: str
) -> EvaluatedVersion:
    """Evaluate a registered model (``NAME@champion``, ``NAME/3``, ``NAME``) and attach the card to its version."""
    with context.open() as artifacts, TemporaryDirectory() as scratch:
        registry = Registry.open(artifacts.journal)
        found = registry.resolve(address)
        _, source = fetch_version(found, Path(scratch))
        evaluated = evaluate.fn(context, source, config, data_revision, dataset_uri)
        with registry.leased(found.model):
            found = registry.attach_evaluation(found, evaluated.card, evaluated.mlflow_run_id)
    return EvaluatedVersion(version=found, evaluated=evaluated)


@task(name="promote")
def promote(
    context: RunContext,
    address: str,
    config: PromoteConfig,
    actor: str,
    reason: str,
    expected_head: str | None = None,
) -> Promotion:
    """Promote a version (``NAME/3``, or ``NAME`` for its latest) if the gate passes it."""
    with context.open() as artifacts:
        registry = Registry.open(artifacts.journal)
        found = registry.resolve(address)
        return registry.promote(
            found.model,
            found.version,
            config,
            gate_folder(context, found),
            actor=actor,
            reason=reason,
            expected_head=expected_head,
        )


def gate_folder(context: RunContext, found: RegisteredVersion) -> Path:
    """Return where a version's promotion report lies."""
    return context.settings.home / "promotions" / found.model / found.version
