"""What a text detector does: say where in a picture there is lettering, not what it says."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TextBox:
    """A line of text: left, top, width and height as shares of the picture's width and height.

    `score` is how sure the detector is, from 0 to 1; scores of two backends do not compare.
    """

    left: float
    top: float
    width: float
    height: float
    score: float = 1.0

    @property
    def right(self) -> float:
        """The right side, as a share of the width."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower side, as a share of the height."""
        return self.top + self.height

    @property
    def area(self) -> float:
        """The share of the picture that the box covers."""
        return self.width * self.height

    def overlap(self, other: "TextBox") -> float:
        """Return the area both boxes cover."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


class TextDetector(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def detect(self, pixels: Pixels) -> tuple[TextBox, ...]:
        """Return the lines of text in an RGB uint8 picture (height, width, 3), from the top down; the same each time.

        What cannot be a line, such as a box as high as the picture, is left out.
        """
        ...


def reduced(pixels: Pixels, max_pixels: int) -> Pixels:
    """Return a picture with at most about `max_pixels` pixels, aspect kept; a smaller one as it is."""
    height, width = pixels.shape[:2]
    scale = (max_pixels / (height * width)) ** 0.5
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
