from pathlib import Path

import pytest
from small_training import VIDEO, small_training

from pegbar.dataset import Dataset
from pegbar.errors import ServiceError
from tasks.training.config import TrainConfig
from tasks.training.result import StageResult, loss_summary
from tasks.training.tracking import StageIdentity, StageRun, tracked_stage

LOSSES = [0.9, 0.8, 0.7, 0.6]


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture
def identity(
    tracking_uri: str,
    drawn_dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> StageIdentity:
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_uri)
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(None)
    return StageIdentity(
        artifact_key=request.node.name, data_digest=drawn_dataset.digest, code_commit="c0ffee",
        data_source=drawn_dataset.root,
    )  # fmt: skip


def finished(config: TrainConfig, losses: list[float]) -> StageResult:
    stage = config.stages[0]
    return StageResult.model_validate(
        {
            "stage": stage.name, "parent_digest": "", "base_digest": "b", "data_digest": "d", "config": stage,
            "video": VIDEO, "seed": 0, "num_examples": 6, "num_trainable": 100, "num_tensors": 10, "num_changed": 10,
            "num_frozen_changed": 0, "files": {}, **loss_summary(losses),
        }
    )  # fmt: skip


def history(run: StageRun) -> list[tuple[int, float]]:
    return [(metric.step, metric.value) for metric in run.client.get_metric_history(run.run_id, "loss")]


def test_a_killed_stage_goes_on_in_its_own_run_and_no_step_is_twice_or_lost(
    identity: StageIdentity, drawn_dataset: Dataset
) -> None:
    config, stories = small_training(), drawn_dataset.training_view()
    with pytest.raises(KeyboardInterrupt), tracked_stage(identity, config.stages[0], config, stories) as first:
        first.on_step(0, LOSSES[0])
        raise KeyboardInterrupt
    assert first.client.get_run(first.run_id).info.status == "KILLED"
    with tracked_stage(identity, config.stages[0], config, stories) as second:
        assert second.client.get_run(second.run_id).info.status == "RUNNING"
        second.on_step(3, LOSSES[3])  # steps 1 and 2 were done before the kill but never sent
        second.finish(finished(config, LOSSES), LOSSES)
    assert second.run_id == first.run_id
    assert sorted(history(second)) == list(enumerate(LOSSES))
    assert second.client.get_run(second.run_id).info.status == "FINISHED"


def test_a_run_says_what_it_was_made_of(identity: StageIdentity, drawn_dataset: Dataset) -> None:
    config = small_training()
    with tracked_stage(identity, config.stages[1], config, drawn_dataset.training_view()) as run:
        run.finish(finished(config, LOSSES), LOSSES)
    logged = run.client.get_run(run.run_id)
    assert logged.info.run_name == "single-shot"
    assert logged.data.tags["pegbar.data_digest"] == drawn_dataset.digest
    assert logged.data.tags["mlflow.source.git.commit"] == "c0ffee"
    assert logged.data.params["stage.dropout.reference_only"] == "0.05"
    assert logged.data.params["train.model.num_queries"] == "64"
    assert logged.data.metrics["last_mean_loss"] == pytest.approx(0.6)
    (dataset,) = logged.inputs.dataset_inputs
    assert drawn_dataset.digest.startswith(dataset.dataset.digest)
    assert dataset.tags[0].value == "training"


def test_an_error_marks_the_run_failed(identity: StageIdentity, drawn_dataset: Dataset) -> None:
    config = small_training()
    stories = drawn_dataset.training_view()
    with pytest.raises(ValueError, match="boom"), tracked_stage(identity, config.stages[0], config, stories) as run:
        raise ValueError("boom")
    assert run.client.get_run(run.run_id).info.status == "FAILED"


def test_a_store_that_does_not_answer_is_said_so(
    identity: StageIdentity, drawn_dataset: Dataset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = small_training()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    stories = drawn_dataset.training_view()
    with pytest.raises(ServiceError, match="does not answer"):
        tracked_stage(identity, config.stages[0], config, stories).__enter__()
    caplog.clear()
