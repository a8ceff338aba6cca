"""One shot as the weight-free segmenter works on it: small, in one light, and with what moves on its own."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.segmenters.base import Pixels
from models.segmenters.colour_words import Map, to_lab
from models.segmenters.cues import motion_maps

MIN_SIDE = 8
VEILED_SPREAD = 0.85  # below this share of the shot's widest spread of light a frame lies under a veil
BLANK_SPREAD = 6.0  # a frame with less than this, summed over its channels, shows nothing to restore
Spread = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """Frames of one shot, all of one small size; `moving` is 0..1 per pixel of each."""

    frames: tuple[Pixels, ...]
    lab: tuple[Map, ...]
    moving: tuple[Map, ...]


def look_at(frames: tuple[Pixels, ...], targets: tuple[int, ...], work_side: int) -> Look:
    """Return the targets, the longer side at most `work_side`; the other frames only tell what moves and its light."""
    small = in_one_light(tuple(reduced(frame, work_side) for frame in frames))
    chosen = tuple(small[target] for target in targets)
    return Look(chosen, tuple(to_lab(frame) for frame in chosen), motion_maps(small, targets))


def reduced(frame: Pixels, side: int) -> Pixels:
    """Return a frame whose longer side is at most `side`."""
    height, width = frame.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = (max(MIN_SIDE, round(width * scale)), max(MIN_SIDE, round(height * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def in_one_light(frames: tuple[Pixels, ...]) -> tuple[Pixels, ...]:
    """Lift the veil of fades and flashes: give dull frames the mean and spread of the shot's most vivid one."""
    means = [np.asarray(cv2.meanStdDev(frame)[0][:, 0]) for frame in frames]
    spreads = [np.asarray(cv2.meanStdDev(frame)[1][:, 0]) for frame in frames]
    vivid = int(np.argmax([spread.sum() for spread in spreads]))
    lifted = []
    for frame, mean, spread in zip(frames, means, spreads, strict=True):
        if BLANK_SPREAD < spread.sum() < VEILED_SPREAD * spreads[vivid].sum():
            gain = spreads[vivid] / np.maximum(spread, 1.0)
            frame = np.clip((frame - mean) * gain + means[vivid], 0, 255).astype(np.uint8)
        lifted.append(frame)
    return tuple(lifted)
