"""Drawn text: lines become stencils, and stencils are painted on pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pegbar.toonbox.colours import Colour
from pegbar.toonbox.pen import Picture

Stencil = NDArray[np.uint8]  # (height, width); 255 where paint goes
Family = Literal["sans", "italic"]
Corner = tuple[int, int]  # x, y of the upper left pixel
LINE_HEIGHT, BASELINE = 1.3, 0.98  # in font sizes
SMALLEST = 6  # pixels; smaller letters are no letters


@dataclass(frozen=True)
class Lettering:
    """A hand: OpenCV's own font upright or slanted, its weight from 100 to 900 and its size in pixels."""

    family: Family = "sans"
    weight: int = 500
    size: int = 16


def text_stencil(text: str, lettering: Lettering) -> Stencil:
    """Return one line of text as a stencil, as wide as its letters and as high as any line of this hand."""
    size = max(SMALLEST, lettering.size)
    height, baseline = round(size * LINE_HEIGHT), round(size * BASELINE)
    canvas = np.zeros((height, size * (len(text) + 4), 3), np.uint8)
    cv2.putText(canvas, text, (size, baseline), (255, 255, 255), _face(lettering.family), size, lettering.weight)
    columns = np.flatnonzero(canvas[:, :, 0].any(axis=0))
    if not len(columns):
        return np.zeros((height, 1), np.uint8)
    return np.ascontiguousarray(canvas[:, columns[0] : columns[-1] + 1, 0])


def fitting(lines: Sequence[str], lettering: Lettering, width: int) -> Lettering:
    """Return the hand, smaller where the longest line would not fit into `width` pixels."""
    widest = max(text_stencil(line, lettering).shape[1] for line in lines)
    if widest <= width:
        return lettering
    return Lettering(lettering.family, lettering.weight, max(SMALLEST, lettering.size * width // widest))


def stacked(stencils: Sequence[Stencil]) -> Stencil:
    """Return lines beneath each other, each in the middle."""
    width = max(stencil.shape[1] for stencil in stencils)
    rows = []
    for stencil in stencils:
        spare = width - stencil.shape[1]
        rows.append(np.pad(stencil, ((0, 0), (spare // 2, spare - spare // 2))))
    return np.concatenate(rows)


def thickened(stencil: Stencil, pixels: int) -> Stencil:
    """Return the stencil with its strokes `pixels` wider on every side, on a larger canvas."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return np.asarray(cv2.dilate(np.pad(stencil, pixels), disc), np.uint8)


def paint(picture: Picture, stencil: Stencil, corner: Corner, colour: Colour, opacity: int = 256) -> None:
    """Paint a colour through a stencil; what lies outside the picture is left out.

    Args:
        picture: RGB, changed in place.
        stencil: where paint goes.
        corner: where the stencil's upper left pixel is.
        colour: of the paint.
        opacity: in 256ths.
    """
    x, y = corner
    left, top = max(0, -x), max(0, -y)
    region = picture[max(0, y) : y + stencil.shape[0], max(0, x) : x + stencil.shape[1]]
    cut = stencil[top : top + region.shape[0], left : left + region.shape[1]]
    if not cut.size:
        return
    weight = (cut.astype(np.int32) * opacity // 255)[:, :, None]
    region[:] = (region * (256 - weight) + np.asarray(colour, np.int32) * weight + 128) >> 8


@lru_cache(maxsize=2)
def _face(family: Family) -> cv2.FontFace:
    return cv2.FontFace(family)
