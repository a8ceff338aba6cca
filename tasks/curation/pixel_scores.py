"""How much every frame differs from the one before, and now and then how far things moved between two drawings."""

import cv2
import numpy as np
from pydantic import Field

from pegbar.config import Config
from pegbar.media.decode import fitted_size
from tasks.curation.frame_table import Columns, FrameScorer, Glimpse, Pixels

BLOCK_SIDE = 4  # pixels of the small picture: a mouth fills a block, and an average of 16 evens out coding noise


class PixelsConfig(Config):
    """How frames are compared.

    Args:
        held_peak: a frame whose `change_peak` is at most this shows the drawing of the frame before. Drawings that
            x264 holds stay below at crf 18 to 23, and 98 % of them at crf 28; a blink 6 pixels wide, in a picture
            of 256, is above 27.
        motion_every_seconds: how often motion is measured.
        motion_side: longer side, in pixels, of the pictures whose optical flow is the motion.
    """

    held_peak: float = Field(default=10.0, gt=0)
    motion_every_seconds: float = Field(default=0.25, gt=0)
    motion_side: int = Field(default=64, ge=16)

    def build(self) -> list[FrameScorer]:
        """Return the scorers of one film."""
        return [PixelScorer(self)]


class PixelScorer:
    """A frame scorer: change, change_peak and motion."""

    def __init__(self, config: PixelsConfig) -> None:
        self._config = config
        self._before: Pixels | None = None
        self._drawn_at = 0  # the frame at which the present drawing was first shown
        self._due_seconds = 0.0
        self._rows: list[tuple[float, float, float]] = []

    def accept(self, glimpse: Glimpse) -> None:
        """Measure one frame."""
        change = peak = 0.0
        motion = float("nan")
        if self._before is not None:
            change, peak = _change(glimpse.small, self._before)
            motion = self._motion(glimpse, self._before, is_new=peak > self._config.held_peak)
        self._rows.append((change, peak, motion))
        self._before = glimpse.small

    def columns(self) -> Columns:
        """Return the columns."""
        rows = np.array(self._rows, np.float64).reshape(len(self._rows), 3)
        change, peak, motion = (np.ascontiguousarray(column) for column in rows.T)
        return {"change": change, "change_peak": peak, "motion": motion}

    def _motion(self, glimpse: Glimpse, before: Pixels, is_new: bool) -> float:
        """Return the movement per frame since the last drawing, where it is due; a drawing that stays has none."""
        held_frames = glimpse.index - self._drawn_at
        if is_new:
            self._drawn_at = glimpse.index
        if glimpse.seconds < self._due_seconds:
            return float("nan")
        # A drawing on twos or threes is waited for; one that is still there after as long again does not move.
        if not is_new and glimpse.seconds < self._due_seconds + self._config.motion_every_seconds:
            return float("nan")
        self._due_seconds = glimpse.seconds + self._config.motion_every_seconds
        return _flow(before, glimpse.small, self._config.motion_side) / held_frames if is_new else 0.0


def _change(small: Pixels, before: Pixels) -> tuple[float, float]:
    """Return the mean absolute difference, and its mean in the block where it is largest."""
    step = cv2.absdiff(small, before)
    height, width = step.shape[:2]
    size = (max(1, width // BLOCK_SIDE), max(1, height // BLOCK_SIDE))
    blocks = cv2.resize(step, size, interpolation=cv2.INTER_AREA)
    return sum(cv2.sumElems(step)) / step.size, float(cv2.transform(blocks, np.full((1, 3), 1 / 3)).max())


def _flow(before: Pixels, after: Pixels, side: int) -> float:
    """Return the mean length of Farneback's optical flow, as a share of the picture's longer side."""
    size = fitted_size(before.shape[1], before.shape[0], side)
    one, other = (
        cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for picture in (before, after)
    )
    flow = cv2.calcOpticalFlowFarneback(one, other, None, 0.5, 3, 9, 2, 5, 1.1, 0)
    return float(np.linalg.norm(flow, axis=2).mean()) / max(size)
