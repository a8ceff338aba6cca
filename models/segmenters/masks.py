"""Masks made fit to cut with: clean-up and limits of AnimeShooter, section 3.3, whatever backend they come from."""

from dataclasses import dataclass

import cv2
import numpy as np
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


def clean_mask(raw: Mask, limits: MaskLimits) -> CleanMask:
    """Open, close, count, keep the largest region, and check its area; `raw` has shape (height, width)."""
    kernel = np.ones((limits.kernel, limits.kernel), np.uint8)
    opened = cv2.morphologyEx(raw.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(closed)
    if count < 2:
        return CleanMask(np.zeros(raw.shape, bool), 0.0, "nothing found")
    largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    mask: Mask = labels == largest
    share = float(mask.mean())
    return CleanMask(mask, share, _refusal(len(contours), count - 1, share, limits))


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
