"""From beliefs to masks: the cast is cut from the scenery by GrabCut, then parted by watershed along its lines."""

import cv2
import numpy as np
from pydantic import Field

from models.segmenters.base import Mask, Pixels
from models.segmenters.colour_words import Map
from pegbar.config import Config

KERNEL = np.ones((3, 3), np.uint8)


class CuttingConfig(Config):
    """What GrabCut may change (Rother, Kolmogorov and Blake, 2004), and what may not be parted.

    Args:
        sure, unlikely: belief from which a pixel near a character surely is the cast's; below which one beyond the
            margin surely is not.
        near, far: belief by place from which a pixel is near a character, and below which it surely is scenery.
        margin: pixels of the work round what is believed that may be the cast's however unlikely: ink, hats, tails.
        core: belief from which a pixel is surely one character's rather than another's.
        min_share: of the frame; less is nobody.
    """

    sure: float = Field(default=0.97, gt=0.5, le=1)
    unlikely: float = Field(default=0.3, ge=0, lt=0.5)
    near: float = Field(default=0.3, gt=0, lt=1)
    far: float = Field(default=0.08, gt=0, lt=1)
    margin: int = Field(default=8, ge=0)
    core: float = Field(default=0.6, gt=0, lt=1)
    min_share: float = Field(default=0.01, ge=0, lt=1)
    rounds: int = Field(default=2, ge=1)


def cut_apart(pixels: Pixels, belief: Map, places: Map, config: CuttingConfig) -> list[Mask | None]:
    """Return a mask of the picture's size for each character, or None; `belief` is (characters, height, width)."""
    cast = _cast(pixels, belief.sum(axis=0), places.max(axis=0), config)
    if cast is None:
        return [None] * len(belief)
    if len(belief) == 1:
        return [_filled(cast)]
    markers = np.zeros(cast.shape, np.int32)
    markers[~cast] = len(belief) + 1
    for number, (one, place) in enumerate(zip(belief, places, strict=True), 1):
        core = (one > config.core) & cast & (place > config.near)
        markers[cv2.erode(core.astype(np.uint8), KERNEL) > 0] = number
    regions = cv2.watershed(np.ascontiguousarray(pixels[:, :, ::-1]), markers)
    return [_region(regions, number, cast) for number in range(1, len(belief) + 1)]


def _cast(pixels: Pixels, belief: Map, place: Map, config: CuttingConfig) -> Mask | None:
    near = place > config.near
    labels = np.full(belief.shape, cv2.GC_PR_BGD, np.uint8)
    labels[(belief > 0.5) & near], labels[(belief > config.sure) & near] = cv2.GC_PR_FGD, cv2.GC_FGD
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * config.margin + 1, 2 * config.margin + 1))
    beside = cv2.dilate(((belief > 0.5) & near).astype(np.uint8), around) > 0
    labels[((belief < config.unlikely) & ~beside) | (place < config.far)] = cv2.GC_BGD
    ours = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if ours.mean() < config.min_share or ours.all():
        return None
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    cv2.setRNGSeed(0)  # its k-means draws; the same frame must give the same mask
    cv2.grabCut(bgr, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), config.rounds, cv2.GC_INIT_WITH_MASK)
    cast: Mask = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    return cast


def _region(regions: "np.ndarray[tuple[int, ...], np.dtype[np.int32]]", number: int, cast: Mask) -> Mask | None:
    """Return one character's region with the lines round it, which belong to nobody, or None."""
    own = regions == number
    if not own.any():
        return None
    grown = cv2.dilate(own.astype(np.uint8), KERNEL) > 0
    return _filled(grown & cast & (own | (regions == -1)))


def _filled(mask: Mask) -> Mask:
    """Return a mask without holes: eyes and bellies are the character's, whatever their colour."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled: Mask = cv2.drawContours(np.zeros(mask.shape, np.uint8), contours, -1, 1, -1) > 0
    return filled
