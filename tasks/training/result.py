"""What a finished stage says of itself."""

import math

from models.animeshooter.config import VideoShape
from pegbar.records import Record
from tasks.training.config import StageConfig, StageName

LAST_PART = 5  # the last fifth of the losses


class StageResult(Record):
    """``stage.json`` of a stage's folder.

    Args:
        parent_digest: digest of the parent's folder; empty for the first stage.
        num_steps: steps done; fewer than asked for when a loss was not finite.
        num_trainable: parameters that train. `num_tensors`, `num_changed`: tensors among them, and how many moved.
        num_frozen_changed: frozen tensors that moved; anything but 0 is a defect.
        files: path -> sha256 of the weights beside this record.
    """

    stage: StageName
    parent_digest: str
    base_digest: str
    data_digest: str
    config: StageConfig
    video: VideoShape
    seed: int
    num_examples: int
    num_steps: int
    num_non_finite: int
    first_loss: float | None
    final_loss: float | None
    first_mean_loss: float | None
    last_mean_loss: float | None
    num_trainable: int
    num_tensors: int
    num_changed: int
    num_frozen_changed: int
    files: dict[str, str]


class LossHistoryRecord(Record):
    """``losses.json``: the loss of every step; None where it was not finite."""

    losses: tuple[float | None, ...]


def loss_summary(losses: list[float]) -> dict[str, float | int | None]:
    """Return first, final and mean losses (over the first and last fifth) as `StageResult` has them."""
    part = max(1, len(losses) // LAST_PART)
    return {
        "num_steps": len(losses),
        "num_non_finite": sum(not math.isfinite(loss) for loss in losses),
        "first_loss": finite(losses[0]) if losses else None,
        "final_loss": finite(losses[-1]) if losses else None,
        "first_mean_loss": finite(sum(losses[:part]) / part) if losses else None,
        "last_mean_loss": finite(sum(losses[-part:]) / part) if losses else None,
    }


def finite(loss: float) -> float | None:
    """Return the loss, or None for NaN and infinity."""
    return loss if math.isfinite(loss) else None


def stage_facts(result: StageResult) -> dict[str, str | int | float | None]:
    """Return one row for the stage's exit gate (`expectations.stage_exit`)."""
    return {
        "stage": result.stage,
        "num_steps": result.num_steps,
        "num_examples": result.num_examples,
        "num_non_finite": result.num_non_finite,
        "final_loss": result.final_loss,
        "first_mean_loss": result.first_mean_loss,
        "last_mean_loss": result.last_mean_loss,
        "num_trainable": result.num_trainable,
        "changed_share": result.num_changed / result.num_tensors if result.num_tensors else 0.0,
        "num_frozen_changed": result.num_frozen_changed,
    }
