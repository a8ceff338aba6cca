import math
from pathlib import Path

import pytest
from small_training import VIDEO, small_training

from tasks.training.config import ExitLimits
from tasks.training.result import StageResult, loss_summary
from tasks.training.steps import check_stage

LOSSES = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]


def result(losses: list[float], **changes: object) -> StageResult:
    config = small_training(steps=len(LOSSES)).stages[0].but(limits=ExitLimits(max_last_mean_loss=0.2))
    fields = {
        "stage": config.name, "parent_digest": "", "base_digest": "b", "data_digest": "d", "config": config,
        "video": VIDEO, "seed": 0, "num_examples": 6, "num_trainable": 100, "num_tensors": 10, "num_changed": 10,
        "num_frozen_changed": 0, "files": {}, **loss_summary(losses),
    }  # fmt: skip
    return StageResult.model_validate(fields | changes)


def test_means_are_over_the_first_and_last_fifth() -> None:
    summary = loss_summary(LOSSES)
    assert summary["first_mean_loss"] == pytest.approx(0.95)
    assert summary["last_mean_loss"] == pytest.approx(0.15)


def test_a_good_stage_may_end(tmp_path: Path) -> None:
    assert check_stage(result(LOSSES), tmp_path).passed


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (result([*LOSSES[:4], math.nan]), "loss_stayed_finite"),
        (result([*LOSSES[:4], math.inf]), "loss_stayed_finite"),
        (result([]), "loss_is_defined"),
        (result([*LOSSES[:9], 0.5]), "loss_is_low_enough"),
        (result(LOSSES[:7]), "steps_were_done"),
        (result(LOSSES, num_changed=0), "trainable_parts_moved"),
        (result(LOSSES, num_changed=9), "trainable_parts_moved"),
        (result(LOSSES, num_frozen_changed=1), "frozen_parts_stayed"),
    ],
)
def test_each_fault_keeps_the_next_stage_from_starting(bad: StageResult, reason: str, tmp_path: Path) -> None:
    report = check_stage(bad, tmp_path)
    assert not report.passed
    assert f"stage_exit.{reason}" in {found.check for found in report.reasons}


def test_a_record_with_a_loss_that_is_no_number_is_still_json() -> None:
    bad = result([*LOSSES[:4], math.nan])
    assert StageResult.from_json(bad.to_json()) == bad
