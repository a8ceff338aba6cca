"""An evaluation in MLflow: metrics, the stories' table, the sheet and the card, once per artifact."""

from collections.abc import Sequence
from pathlib import Path

import mlflow

from pegbar.journal import Journal
from tasks.evaluation.card import CARD, SCORES, SHEET, EvaluationCard
from tasks.registry.tracking import DATA_REVISION, RUN_ID, experiment_id, finished_run, log_dataset, new_run

STEP, FOLDER = "evaluate", "evaluation"
LEASE_SECONDS, WAIT_SECONDS = 60.0, 300.0


def log_evaluation(
    client: mlflow.MlflowClient,
    journal: Journal,
    card: EvaluationCard,
    folder: Path,
    *,
    key: str,
    workspace: str,
    data_revision: str,
    dataset_uri: str,
    run_id: str,
) -> str:
    """Log an evaluation's artifact and return its MLflow run; the same key again gives the same finished run.

    Args:
        folder: the artifact's files.
        key: the artifact's key.
        run_id: the pegbar run that asks.
    """
    with journal.leased(f"mlflow:{key}", f"run {run_id}", LEASE_SECONDS, WAIT_SECONDS):
        experiment = experiment_id(client, workspace)
        found = finished_run(client, experiment, STEP, key)
        if found is not None:
            return found
        tags = {RUN_ID: run_id, DATA_REVISION: data_revision, "pegbar.model_digest": card.model_digest}
        with new_run(client, experiment, STEP, key, tags) as mlflow_run:
            log_dataset(
                client,
                mlflow_run,
                name=workspace,
                digest=card.dataset_digest,
                revision=data_revision,
                uri=dataset_uri,
                context="evaluation",
            )
            _log_card(client, mlflow_run, card, folder)
        return mlflow_run


def _log_card(client: mlflow.MlflowClient, run: str, card: EvaluationCard, folder: Path) -> None:
    metrics = {"mean": card.mean, "harmeanp": card.harmeanp}
    metrics |= {f"shot_{index + 1}": value for index, value in enumerate(card.shot_means)}
    metrics |= {"num_undefined_stories": card.num_undefined_stories, "num_clamped_stories": card.num_clamped_stories}
    for name, value in metrics.items():
        if value is not None:
            client.log_metric(run, name, value)
    for name, value in card.measure.model_dump(mode="json").items():
        client.log_param(run, name, value)
    columns = {
        "story_id": [story.story_id for story in card.stories],
        "character": [story.character for story in card.stories],
        "seed": [story.seed for story in card.stories],
        **{
            f"shot_{index + 1}": [_at(story.shots, index) for story in card.stories]
            for index in range(card.measure.shots_per_story)
        },
        "mean": [story.mean for story in card.stories],
        "harmeanp": [story.harmeanp for story in card.stories],
    }
    client.log_table(run, columns, f"{FOLDER}/stories.json")
    for name in (CARD, SCORES, SHEET):
        client.log_artifact(run, str(folder / name), FOLDER)


def _at(shots: Sequence[float | None], index: int) -> float | None:
    return shots[index] if index < len(shots) else None
