"""The four seconds that stand for a longer shot (AnimeShooter, appendix: "extra 4-second segment").

The paper lets its VLM choose. Without one, the choice here is ours: most action, fewest held frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.shots import DetectedShot
from tasks.curation.frame_table import Column, FrameTable

TOLERANCE_SECONDS = 1e-6
SCORE_DIGITS = 6


class SegmentConfig(Config):
    """How long a segment is (the paper's 4 s) and what counts as action (ours).

    Above `full_change` (8-bit levels a frame) and `full_motion` (share of the longer side a frame) more is no
    better, so that one flash does not outweigh an acted scene. A frame whose `change_peak` is below
    `min_drawn_change` is held: nothing was drawn anew.
    """

    seconds: float = Field(default=4.0, gt=0)
    full_change: float = Field(default=16.0, gt=0)
    full_motion: float = Field(default=0.02, gt=0)
    min_drawn_change: float = Field(default=2.0, ge=0)


@dataclass(frozen=True)
class Segment:
    """A part of a shot in film frames and film seconds; `end_frame` is exclusive.

    It starts with a frame and is exactly as long as asked; its frames are those shown first within it.
    """

    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float


def segments_of(
    shots: Sequence[DetectedShot],
    frames: FrameTable,
    config: SegmentConfig = SegmentConfig(),  # noqa: B008 - frozen
) -> tuple[Segment | None, ...]:
    """Return each shot's segment, None where the shot is no longer than one; `shots` are a whole film's, in order."""
    frames_out = [*(shot.transition_frames for shot in shots[1:]), 0]
    return tuple(best_segment(shot, frames, config, out) for shot, out in zip(shots, frames_out, strict=False))


def best_segment(
    shot: DetectedShot,
    frames: FrameTable,
    config: SegmentConfig = SegmentConfig(),  # noqa: B008 - frozen
    transition_out_frames: int = 0,
) -> Segment | None:
    """Return the segment that stands for a shot, or None where the shot is no longer than a segment.

    Of all that start with a frame: the fewest frames of the transitions at the shot's ends (of which half lie
    within it), then the highest score, then nearest the shot's middle, then the earliest.
    """
    if shot.end_seconds - shot.start_seconds <= config.seconds + TOLERANCE_SECONDS:
        return None
    seconds = frames.seconds[shot.start_frame : shot.end_frame]
    starts = np.flatnonzero(seconds + config.seconds <= shot.end_seconds + TOLERANCE_SECONDS)
    ends = np.searchsorted(seconds, seconds[starts] + config.seconds - TOLERANCE_SECONDS)
    clear = (_half(shot.transition_frames), len(seconds) - _half(transition_out_frames))
    touched = np.maximum(0, clear[0] - starts) + np.maximum(0, ends - np.maximum(clear[1], starts))
    off_centre = np.abs(seconds[starts] + 0.5 * config.seconds - 0.5 * (shot.start_seconds + shot.end_seconds))
    scores = np.round(_scores(frames, shot, starts, ends, config), SCORE_DIGITS)
    chosen = np.lexsort((starts, np.round(off_centre, SCORE_DIGITS), -scores, touched))[0]
    start_seconds = float(seconds[starts[chosen]])
    return Segment(
        start_frame=shot.start_frame + int(starts[chosen]),
        end_frame=shot.start_frame + int(ends[chosen]),
        start_seconds=start_seconds,
        end_seconds=min(round(start_seconds + config.seconds, 6), shot.end_seconds),
    )


def _half(transition_frames: int) -> int:
    """Return how many frames at a shot's end a transition takes: half, and one because its middle is rounded."""
    return (transition_frames + 2) // 2 if transition_frames else 0


def _scores(
    frames: FrameTable,
    shot: DetectedShot,
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    config: SegmentConfig,
) -> Column:
    """Return each window's score, shape (n,): mean change and mean motion, each at most 1, less the held share."""
    inside = slice(shot.start_frame, shot.end_frame)
    held = (frames.change_peak[inside] < config.min_drawn_change).astype(np.float64)
    held[np.isnan(frames.change_peak[inside])] = np.nan
    change = np.minimum(frames.change[inside] / config.full_change, 1.0)
    motion = np.minimum(frames.motion[inside] / config.full_motion, 1.0)
    return _means(change, starts, ends) + _means(motion, starts, ends) - _means(held, starts, ends)


def _means(values: Column, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Column:
    """Return the mean of each window's measured values; 0 where there is none.

    A window's first value is left out: it compares with the frame before the window.
    """
    is_measured = np.isfinite(values)
    sums = np.concatenate(([0.0], np.cumsum(np.where(is_measured, values, 0.0))))
    counts = np.concatenate(([0], np.cumsum(is_measured)))
    firsts = np.minimum(starts + 1, ends)
    return np.asarray((sums[ends] - sums[firsts]) / np.maximum(1, counts[ends] - counts[firsts]))
