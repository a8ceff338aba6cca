"""One MLflow run per stage: parameters, losses, data and code; a stage that was killed goes on in its own run.

MLflow is a view: what decides whether a stage is done is its artifact. The tracking server is the one in the
environment (``MLFLOW_TRACKING_URI``).
"""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pegbar.config import Config
from pegbar.errors import ServiceError
from tasks.training.config import StageConfig, TrainConfig
from tasks.training.result import StageResult, stage_facts

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient

    from pegbar.dataset import StoryView

KEY_TAG = "pegbar.artifact_key"
LOSS = "loss"
FLUSH_EVERY = 25
BATCH_LIMIT = 100  # MLflow's own limit on parameters in one call
VALUE_LIMIT = 6000  # and on the length of a value
DIGEST_LIMIT = 36


class StageIdentity(Config):
    """What names a stage's run: equal identities share one run.

    Args:
        artifact_key: key of the stage's artifact.
        data_digest: digest of the dataset. data_revision: the workspace's commit that names it.
        data_source: where it lies, as a path or URL MLflow understands.
        code_commit: commit of the code that trains. pegbar_run_id: the run of the journal that asked first.
    """

    artifact_key: str
    data_digest: str
    data_revision: str = ""
    code_commit: str
    data_source: Path | str | None = None
    pegbar_run_id: str = ""
    experiment: str = "pegbar-training"


class StageRun:
    """Logs into one MLflow run; steps it has already are not logged twice."""

    def __init__(self, client: "MlflowClient", run_id: str) -> None:
        self.client = client
        self.run_id = run_id
        self._logged = {metric.step for metric in client.get_metric_history(run_id, LOSS)}
        self._waiting: list[Any] = []

    def on_step(self, step: int, loss: float) -> None:
        """Take one step's loss; hand it to `train_stage`."""
        from mlflow.entities import Metric

        if step not in self._logged:
            self._logged.add(step)
            self._waiting.append(Metric(LOSS, loss, int(time.time() * 1000), step))
        if len(self._waiting) >= FLUSH_EVERY:
            self.flush()

    def finish(self, result: StageResult, losses: Sequence[float | None]) -> None:
        """Log what a kill may have lost, the stage's facts as metrics, and its record."""
        for step, loss in enumerate(losses):
            self.on_step(step, float("nan") if loss is None else loss)
        self.flush()
        with _answered():
            for name, value in stage_facts(result).items():
                if isinstance(value, int | float):
                    self.client.log_metric(self.run_id, name, float(value), step=result.num_steps)
            self.client.log_text(self.run_id, result.to_json().decode(), "stage.json")

    def flush(self) -> None:
        """Send the losses not yet sent."""
        if self._waiting:
            with _answered():
                self.client.log_batch(self.run_id, metrics=self._waiting)
            self._waiting = []


@contextmanager
def tracked_stage(
    identity: StageIdentity, stage: StageConfig, config: TrainConfig, stories: "Sequence[StoryView]"
) -> Iterator[StageRun]:
    """Give the stage's run, new or as a kill left it; on leaving mark it FINISHED, FAILED or KILLED.

    Raises:
        ServiceError: the tracking server does not answer.
    """
    from mlflow import MlflowClient

    with _answered():
        client = MlflowClient()
        run_id = _find_or_create(client, identity, stage)
        _log_parameters(client, run_id, {"stage": stage, "train": config})
        _log_dataset(client, run_id, identity, stories)
        run = StageRun(client, run_id)
    status = "FAILED"
    try:
        yield run
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit):
        status = "KILLED"
        raise
    finally:
        run.flush()
        client.set_terminated(run_id, status)


def _find_or_create(client: "MlflowClient", identity: StageIdentity, stage: StageConfig) -> str:
    found = client.get_experiment_by_name(identity.experiment)
    experiment_id = found.experiment_id if found else client.create_experiment(identity.experiment)
    runs = client.search_runs([experiment_id], f"tags.`{KEY_TAG}` = '{identity.artifact_key}'", max_results=1)
    if runs:
        client.update_run(runs[0].info.run_id, status="RUNNING")
        return str(runs[0].info.run_id)
    tags = {
        KEY_TAG: identity.artifact_key,
        "pegbar.stage": stage.name,
        "pegbar.data_digest": identity.data_digest,
        "pegbar.data_revision": identity.data_revision,
        "pegbar.run_id": identity.pegbar_run_id,
        "mlflow.source.git.commit": identity.code_commit,
    }
    return str(client.create_run(experiment_id, run_name=stage.name, tags=tags).info.run_id)


def _log_parameters(client: "MlflowClient", run_id: str, settings: Mapping[str, Config]) -> None:
    from mlflow.entities import Param

    values = flattened({name: value.model_dump(mode="json", exclude={"stages"}) for name, value in settings.items()})
    parameters = [Param(name, value[:VALUE_LIMIT]) for name, value in sorted(values.items())]
    for start in range(0, len(parameters), BATCH_LIMIT):
        client.log_batch(run_id, params=parameters[start : start + BATCH_LIMIT])


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return dotted names and texts of nested settings."""
    flat: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = str(value)
    return flat


def _log_dataset(client: "MlflowClient", run_id: str, identity: StageIdentity, stories: "Sequence[StoryView]") -> None:
    from mlflow.data.pandas_dataset import from_pandas
    from mlflow.entities import DatasetInput, InputTag

    source = str(identity.data_source) if identity.data_source is not None else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # hints on integer columns and local paths: both on purpose
        dataset = from_pandas(
            dataset_summary(stories), source=source, name="training-view", digest=identity.data_digest[:DIGEST_LIMIT]
        )
        entity = dataset._to_mlflow_entity()
    context = InputTag("mlflow.data.context", "training")
    client.log_inputs(run_id, datasets=[DatasetInput(entity, [context])])


def dataset_summary(stories: "Sequence[StoryView]") -> "pd.DataFrame":
    """Return one row per story: its film, and how many shots, characters and references it brings."""
    import pandas as pd

    rows = [
        (view.story.film_id, view.story.story_id, len(view.shots), len(view.characters), len(view.references))
        for view in stories
    ]
    return pd.DataFrame(rows, columns=["film_id", "story_id", "num_shots", "num_characters", "num_references"])


@contextmanager
def _answered() -> Iterator[None]:
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        raise ServiceError(
            f"the MLflow server does not answer: {error.message.splitlines()[0]}",
            remedy="pegbar up, then: pegbar resume",
        ) from error
