"""What each detector by itself calls a cut: PySceneDetect 0.7.2's rules, over columns instead of pictures.

Lists are kept apart per detector, times are presentation times, and the shortest scene is a length in seconds.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.frame_table import Column, FrameTable

MICROSECONDS = 1_000_000  # whole ones: a scene of exactly the shortest length must not fall to float rounding
MAX_RATIO = 255.0
NO_CHANGE = 0.00001


class DetectorCutsConfig(Config):
    """Thresholds of PySceneDetect 0.7.2 and TransNetV2, at their defaults; raise `version` when one changes.

    Args:
        min_scene_seconds: the shortest scene; 0.6 is PySceneDetect's own command line's.
        adaptive_window_frames: frames on each side that AdaptiveDetector averages.
        transnet: TransNetV2's paper uses 0.5.
    """

    version: int = 1
    min_scene_seconds: float = Field(default=0.6, ge=0)
    content: float = 27.0
    adaptive: float = 3.0
    adaptive_window_frames: int = Field(default=2, ge=1)
    adaptive_min_content: float = 15.0
    histogram: float = Field(default=0.2, ge=0, le=1)
    luma: int = 12
    transnet: float = Field(default=0.5, ge=0, le=1)


def detector_cuts(table: FrameTable, config: DetectorCutsConfig) -> dict[str, tuple[int, ...]]:
    """Return the frames at which each detector, by name, sees a new shot begin; TransNetV2 only where it was asked."""
    ticks = np.round(table.seconds * MICROSECONDS).astype(np.int64)
    least = round(config.min_scene_seconds * MICROSECONDS)
    ratio = adaptive_ratio(table.content, config.adaptive_window_frames, config.adaptive_min_content)
    is_sharp = (ratio >= config.adaptive) & (table.content >= config.adaptive_min_content)
    is_unlike = table.histogram <= max(0.0, min(1.0, 1.0 - config.histogram))
    is_unlike[:1] = False
    found: dict[str, Iterable[int]] = {
        "content": _merged(table.content >= config.content, ticks, least),
        "adaptive": _apart(is_sharp, ticks, least),
        "histogram": _apart(is_unlike, ticks, least),
        "threshold": _between_fades(table.luma < config.luma, ticks, least),
    }
    if not np.isnan(table.transnet).any():
        found["transnet"] = (first_after for _, _, first_after in model_transitions(table.transnet, config.transnet))
    return {name: tuple(cuts) for name, cuts in found.items()}


def adaptive_ratio(content: Column, window_frames: int = 2, min_content: float = 15.0) -> Column:
    """Return AdaptiveDetector's ratio of each content score to the mean of its neighbours'; 0 near the film's ends."""
    ratio = np.zeros_like(content)
    width = 2 * window_frames + 1
    if len(content) < width:
        return ratio
    windows = np.lib.stride_tricks.sliding_window_view(content, width)
    total = np.zeros(len(windows))
    for place in range(width):  # summed in the detector's order, so that the last bit is the same
        if place != window_frames:
            total += windows[:, place]
    usual, score = total / (2.0 * window_frames), windows[:, window_frames]
    is_still = np.abs(usual) < NO_CHANGE
    least = np.where(score >= min_content, MAX_RATIO, 0.0)
    ratio[window_frames : len(content) - window_frames] = np.where(
        is_still, least, np.minimum(score / np.where(is_still, 1.0, usual), MAX_RATIO)
    )
    return ratio


def model_transitions(probability: Column, threshold: float) -> list[tuple[int, int, int]]:
    """Return (start, end, first frame of the new shot) of every run above a threshold; `end` is exclusive.

    TransNetV2 marks the last frame before a cut, so the new shot begins after the middle of its run.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], probability > threshold, [0]]).astype(int))).tolist()
    runs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end, (start + end + 1) // 2) for start, end in runs if (start + end + 1) // 2 < len(probability)]


def _apart(is_cut: npt.NDArray[np.bool_], ticks: npt.NDArray[np.int64], least: int) -> list[int]:
    """Drop whatever comes too soon after the cut before, or after the film's start."""
    cuts: list[int] = []
    for frame in np.flatnonzero(is_cut).tolist():
        if ticks[frame] - ticks[cuts[-1] if cuts else 0] >= least:
            cuts.append(frame)
    return cuts


def _merged(is_above: npt.NDArray[np.bool_], ticks: npt.NDArray[np.int64], least: int) -> list[int]:
    """Make one cut, at the end, of a burst of changes closer than the shortest scene (the MERGE flash filter)."""
    if least <= 0:
        return [int(frame) for frame in np.flatnonzero(is_above)]
    cuts: list[int] = []
    last_above, burst_start = 0, -1
    for frame, above in enumerate(is_above.tolist()):
        is_long = ticks[frame] - ticks[last_above] >= least
        if above:
            last_above = frame
        if burst_start >= 0:
            if is_long and not above and ticks[last_above] - ticks[burst_start] >= least:
                cuts.append(last_above)
                burst_start = -1
        elif above and is_long:
            cuts.append(frame)
        elif above and cuts:
            burst_start = frame
    return cuts


def _between_fades(is_dark: npt.NDArray[np.bool_], ticks: npt.NDArray[np.int64], least: int) -> list[int]:
    """Return the middles of dark stretches between two scenes (ThresholdDetector without a bias)."""
    cuts: list[int] = []
    last_cut = dark_since = 0
    was_dark = bool(is_dark[:1].any())
    for frame, dark in enumerate(is_dark.tolist()):
        if dark and not was_dark:
            dark_since = frame
        elif was_dark and not dark and ticks[frame] - ticks[last_cut] >= least:
            cuts.append(dark_since + round((frame - dark_since) / 2))
            last_cut = frame
        was_dark = dark
    return cuts
