import math

import pytest
from small_training import VIDEO, small_training

from tasks.training.config import ExitLimits
from tasks.training.result import StageResult, exit_reasons, loss_summary

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


def test_a_good_stage_may_end() -> None:
    assert exit_reasons(result(LOSSES)) == ()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (result([*LOSSES[:4], math.nan]), "not finite at step 5"),
        (result([*LOSSES[:4], math.inf]), "not finite at step 5"),
        (result([]), "not finite"),
        (result(LOSSES[:9] + [0.5]), "above 0.2"),
        (result(LOSSES[:7]), "7 of 10 steps"),
        (result(LOSSES, num_changed=0), "only 0 of 10"),
        (result(LOSSES, num_changed=9), "only 9 of 10"),
        (result(LOSSES, num_frozen_changed=1), "1 frozen"),
    ],
)
def test_each_fault_has_its_reason(bad: StageResult, reason: str) -> None:
    assert any(reason in said for said in exit_reasons(bad))


def test_a_record_with_a_loss_that_is_no_number_is_still_json() -> None:
    bad = result([*LOSSES[:4], math.nan])
    assert StageResult.from_json(bad.to_json()) == bad
