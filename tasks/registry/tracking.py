"""MLflow as a view of finished work: one finished run per (step, artifact key), and errors of the tree."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.exceptions import MlflowException

from pegbar.digests import canonical_json
from pegbar.errors import NotFoundError, PegbarError, ServiceError

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # pegbar has its own

KEY, STEP_NAME, RUN_ID, DATA_REVISION = "pegbar.key", "pegbar.step", "pegbar.run_id", "pegbar.data_revision"
MAX_DATASET_DIGEST = 36  # characters of MLflow's column
EXISTS, MISSING = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"


@contextmanager
def mlflow_errors(subject: str) -> Iterator[None]:
    """Turn what MLflow raises into an error of the tree.

    Raises:
        NotFoundError: it does not know `subject`. ServiceError: anything else.
    """
    try:
        yield
    except MlflowException as error:
        raise _of(error, subject) from error


def _of(error: MlflowException, subject: str) -> PegbarError:
    if error.error_code == MISSING:
        return NotFoundError(f"MLflow has no {subject}: {error.message}", remedy="pegbar history NAME", subject=subject)
    return ServiceError(f"MLflow refused {subject}: {error.message}", remedy="pegbar doctor", subject=subject)


def experiment_id(client: mlflow.MlflowClient, name: str) -> str:
    """Return the id of the experiment `name`, creating it where needed; safe when two do so at once."""
    with mlflow_errors(name):
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(client.create_experiment(name))
        except MlflowException as error:
            if error.error_code != EXISTS:
                raise
        return str(client.get_experiment_by_name(name).experiment_id)


def finished_run(client: mlflow.MlflowClient, experiment: str, step: str, key: str) -> str | None:
    """Return the run that logged this step's artifact whole, or None; what a killed process left is closed."""
    finished: list[str] = []
    with mlflow_errors(key):
        wanted = f"tags.`{KEY}` = '{key}' and tags.`{STEP_NAME}` = '{step}'"
        for run in client.search_runs([experiment], filter_string=wanted, order_by=["attributes.start_time ASC"]):
            if run.info.status == "FINISHED":
                finished.append(run.info.run_id)
            elif run.info.status == "RUNNING":
                client.set_terminated(run.info.run_id, status="KILLED")
    return finished[0] if finished else None


@contextmanager
def new_run(
    client: mlflow.MlflowClient, experiment: str, step: str, key: str, tags: Mapping[str, str]
) -> Iterator[str]:
    """Give a new run; it ends as FINISHED only when the block ends well."""
    status = "FAILED"
    with mlflow_errors(key):
        run = client.create_run(experiment, tags={**tags, KEY: key, STEP_NAME: step}, run_name=f"{step} {key[:8]}")
        try:
            yield run.info.run_id
            status = "FINISHED"
        finally:
            client.set_terminated(run.info.run_id, status=status)


def log_dataset(
    client: mlflow.MlflowClient, run_id: str, *, name: str, digest: str, revision: str, uri: str, context: str
) -> None:
    """Record which dataset version a run used, under its DVC revision."""
    dataset = Dataset(name, digest[:MAX_DATASET_DIGEST], "dvc", canonical_json({"uri": uri, "rev": revision}).decode())
    tags = {"mlflow.data.context": context, "pegbar.dataset_digest": digest, DATA_REVISION: revision}
    with mlflow_errors(name):
        client.log_inputs(
            run_id, datasets=[DatasetInput(dataset, [InputTag(key, value) for key, value in tags.items()])]
        )
