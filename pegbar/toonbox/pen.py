"""The pen: fills and outlines in any frame of reference, on a picture and on a map of who is where."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pegbar.toonbox.colours import Colour
from pegbar.toonbox.shapes import Points, moved

Picture = NDArray[np.uint8]
Labels = NDArray[np.uint8]
SUBPIXEL_BITS = 4
LIGHT = (-0.045, 0.05)  # where light comes from, as a share of a part's size


@dataclass(frozen=True)
class Part:
    """A closed outline, or with a `width` an open line with round ends."""

    points: Points
    width: float = 0.0


@dataclass(frozen=True)
class Pen:
    """Draws in its own coordinates (y up) through an affine matrix (2, 3) to pixels.

    With `labels`, silhouettes also write `label` into that map, in the painter's order.
    """

    pixels: Picture
    matrix: NDArray[np.float64]
    labels: Labels | None = None
    label: int = 0

    @property
    def scale(self) -> float:
        """Return pixels per unit (the mean of both axes)."""
        return math.sqrt(abs(float(np.linalg.det(self.matrix[:, :2]))))

    def at(self, x: float, y: float, degrees: float = 0.0, wide: float = 1.0, high: float = 1.0) -> "Pen":
        """Return a pen whose origin is at (x, y), turned and stretched."""
        angle = math.radians(degrees)
        cosine, sine = math.cos(angle), math.sin(angle)
        local = np.array([[cosine * wide, -sine * high, x], [sine * wide, cosine * high, y], [0.0, 0.0, 1.0]])
        return replace(self, matrix=self.matrix @ local)

    def fill(self, points: Points, colour: Colour) -> None:
        """Fill a closed outline."""
        cv2.fillPoly(self.pixels, [self._fixed(points)], colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def blend(self, points: Points, colour: Colour, opacity: float) -> None:
        """Fill a closed outline so that what is beneath shows through."""
        pixels = self._fixed(points)
        low = np.maximum((pixels.min(axis=0) >> SUBPIXEL_BITS) - 1, 0)
        high = (pixels.max(axis=0) >> SUBPIXEL_BITS) + 2
        region = self.pixels[low[1] : max(0, high[1]), low[0] : max(0, high[0])]
        if not region.size:
            return
        filled = region.copy()
        cv2.fillPoly(filled, [pixels - (low << SUBPIXEL_BITS).astype(np.int32)], colour, cv2.LINE_AA, SUBPIXEL_BITS)
        share = round(opacity * 256)  # whole 256ths, because processors round fractions differently
        region[:] = (filled.astype(np.uint16) * share + region.astype(np.uint16) * (256 - share) + 128) >> 8

    def line(self, points: Points, width: float, colour: Colour, closed: bool = False) -> None:
        """Draw a line `width` units wide with round ends."""
        thickness = self._thickness(width)
        cv2.polylines(self.pixels, [self._fixed(points)], closed, colour, thickness, cv2.LINE_AA, SUBPIXEL_BITS)

    def solid(self, parts: Sequence[Part], colour: Colour, outline: Colour | None = None, width: float = 0.0) -> None:
        """Fill parts that share one silhouette: the outline goes round their union, not between them."""
        if outline is not None:
            for part in parts:
                self._outlined(part, outline, width)
        for part in parts:
            if part.width:
                self.line(part.points, part.width, colour)
            else:
                self.fill(part.points, colour)
            self._label(part, 0.0 if outline is None else width)

    def rounded_solid(
        self, points: Points, colour: Colour, shadow: Colour, outline: Colour | None = None, width: float = 0.0
    ) -> None:
        """Fill one outline with a crescent of `shadow` on the side away from the light."""
        self.solid([Part(points)], shadow, outline, width)
        size = np.ptp(points, axis=0)
        self.fill(moved(points, (LIGHT[0] * size[0], LIGHT[1] * size[1]), 0.9), colour)

    def _outlined(self, part: Part, colour: Colour, width: float) -> None:
        self.line(part.points, part.width + 2 * width, colour, closed=not part.width)

    def _label(self, part: Part, width: float) -> None:
        if self.labels is None:
            return
        points = self._fixed(part.points)
        if not part.width:
            cv2.fillPoly(self.labels, [points], self.label, cv2.LINE_8, SUBPIXEL_BITS)
        thickness = self._thickness(part.width + 2 * width)
        cv2.polylines(self.labels, [points], not part.width, self.label, thickness, cv2.LINE_8, SUBPIXEL_BITS)

    def _thickness(self, width: float) -> int:
        return max(1, round(width * self.scale))

    def _fixed(self, points: Points) -> NDArray[np.int32]:
        pixels = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        # far-away points would overflow the fixed-point range of the rasteriser
        fixed: NDArray[np.int32] = np.rint(np.clip(pixels, -8000, 8000) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        return fixed
