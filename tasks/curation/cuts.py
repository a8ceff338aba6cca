"""Which of the detectors' cuts are believed: neither flash, nor whip pan, nor a drawing held for three frames."""

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.boundary import Boundary
from tasks.curation.frame_scores import FrameScores, Pictures, likeness


class CutConfig(Config):
    """When a detector's cut is believed. Changes are mean absolute differences of 8-bit RGB.

    A content score of `faint_content` asks the question too: cuts within one place score low. The
    pictures within `flash_seconds` on both sides are compared. The smallest difference between the
    sides must reach `min_change`, `min_persistence` of the step at the cut itself (a flash falls back)
    and `min_change_to_motion` times the movement on the calmer side. The step must be
    `min_step_to_usual` times the usual step of each side (a pan or a fade goes on as it did). Above
    `max_likeness` the two sides are one picture in another light.
    """

    faint_content: float = Field(default=12.0, ge=0)
    flash_seconds: float = Field(default=0.25, gt=0)
    min_change: float = Field(default=8.0, ge=0)
    min_persistence: float = Field(default=0.5, ge=0, le=1)
    min_change_to_motion: float = Field(default=2.0, ge=0)
    min_step_to_usual: float = Field(default=1.5, ge=0)
    max_likeness: float = Field(default=0.9, le=1)


def believed_cuts(scores: FrameScores, fps: float, config: CutConfig) -> list[Boundary]:
    """Return the cuts of every detector that the pictures on both sides bear out, in order."""
    side = max(2, round(config.flash_seconds * fps))
    faint = np.flatnonzero(scores.content >= config.faint_content).tolist()
    found = []
    for frame in sorted({*faint, *(cut for cuts in scores.cuts.values() for cut in cuts)}):
        if 0 < frame < scores.num_frames:
            before = scores.thumbnails[max(0, frame - side) : frame].astype(np.float32)
            after = scores.thumbnails[frame : frame + side].astype(np.float32)
            change = _cut_change(before, after, config)
            if change is not None:
                found.append(Boundary(frame, "cut", frame, frame, change))
    return found


def _cut_change(before: Pictures, after: Pictures, config: CutConfig) -> float | None:
    """Return how far the two sides of a frame stay apart, or None where that is no cut."""
    between = np.abs(before[:, None] - after[None]).mean(-1)
    change, step = float(between.min()), float(between[-1, 0])
    calm = min(np.abs(before - before[-1]).mean(-1).max(), np.abs(after - after[0]).mean(-1).max())
    usual = max(_usual_step(before), _usual_step(after))
    needed = max(config.min_change, config.min_persistence * step, config.min_change_to_motion * float(calm))
    if change < needed or step < config.min_step_to_usual * usual:
        return None
    return change if likeness(before[-1], after[0]) <= config.max_likeness else None


def _usual_step(side: Pictures) -> float:
    """Return the median change from picture to picture, 0 for a single one."""
    steps = np.abs(np.diff(side, axis=0)).mean(-1)
    return float(np.median(steps)) if len(steps) else 0.0
