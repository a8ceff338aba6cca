"""Masks made fit to cut with: clean-up and limits of AnimeShooter, section 3.3, whatever backend they come from."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.segmenters.base import Mask
from pegbar.config import Config


class MaskLimits(Config):
    """The paper's limits: a kernel of 5, 15 contours, 5 components, 5 to 90 % of the frame."""

    version: int = 1
    kernel: int = Field(default=5, ge=1)
    max_contours: int = Field(default=15, ge=1)
    max_components: int = Field(default=5, ge=1)
    min_area_share: float = Field(default=0.05, ge=0, le=1)
    max_area_share: float = Field(default=0.90, ge=0, le=1)


@dataclass(frozen=True)
class CleanMask:
    """A mask after clean-up: its largest region, or why it is refused."""

    mask: Mask
    area_share: float
    refusal: str = ""


def clean_mask(raw: npt.NDArray[Any] | None, limits: MaskLimits, size: tuple[int, int] | None = None) -> CleanMask:
    """Open, close, count, keep the largest region, and check its area (section 3.3 and appendix A.2, in that order).

    Args:
        raw: whatever a backend gave for a frame; bool of shape (height, width) where it keeps its word.
        size: the frame's (height, width), which the mask must have.
    """
    broken = "nothing found" if raw is None else _broken(raw, size)
    if raw is None or broken:
        return CleanMask(np.zeros(size or (1, 1), np.bool_), 0.0, broken)
    kernel = np.ones((limits.kernel, limits.kernel), np.uint8)
    inside = (raw > 0.5).astype(np.uint8)
    closed = cv2.morphologyEx(cv2.morphologyEx(inside, cv2.MORPH_OPEN, kernel), cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(closed)
    if count < 2:
        return CleanMask(np.zeros(raw.shape, np.bool_), 0.0, "nothing found")
    largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    mask: Mask = labels == largest
    share = float(mask.mean())
    return CleanMask(mask, share, _refusal(len(contours), count - 1, share, limits))


def _broken(raw: npt.NDArray[Any], size: tuple[int, int] | None) -> str:
    """Return why an array is no mask at all; empty where it is one."""
    if raw.ndim != 2 or 0 in raw.shape or (size is not None and raw.shape != size):
        return f"a mask of shape {raw.shape}" + ("" if size is None else f" for a frame of {size}")
    if raw.dtype.kind not in "biuf":
        return f"a mask of {raw.dtype}"
    if raw.dtype.kind == "f" and not np.isfinite(raw).all():
        return "a mask with values that are no numbers"
    return ""


def _refusal(num_contours: int, num_components: int, share: float, limits: MaskLimits) -> str:
    if num_contours > limits.max_contours:
        return f"over {limits.max_contours} contours"
    if num_components > limits.max_components:
        return f"over {limits.max_components} pieces"
    if share < limits.min_area_share:
        return f"under {limits.min_area_share:.0%} of the frame"
    if share > limits.max_area_share:
        return f"over {limits.max_area_share:.0%} of the frame"
    return ""
