"""Two measures of a picture without weights. Neither is anybody's taste, and they are named for what they are."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from models.aesthetics.base import Pixels, checked
from pegbar.config import Config

Measure = Literal["colourfulness", "contrast"]


class ClassicalConfig(Config):
    """Which of the two."""

    kind: Literal["classical"] = "classical"
    measure: Measure = "colourfulness"

    def build(self) -> "ClassicalMeasure":
        """Return the measure."""
        return ClassicalMeasure(self.measure)


class ClassicalMeasure:
    """Colourfulness (Hasler and Suesstrunk 2003, M3: 0 grey, 33 moderate, 109 extreme), or contrast.

    Contrast is the standard deviation of brightness in 0..1 (Peli 1990): 0 flat, 0.5 half black and half white.
    """

    version = 1

    def __init__(self, measure: Measure) -> None:
        self.name = measure
        self._measure = {"colourfulness": _colourfulness, "contrast": _contrast}[measure]

    def score(self, pictures: Sequence[Pixels]) -> list[float]:
        """Return one number per RGB uint8 picture (height, width, 3).

        Raises:
            InputError: a picture of another type or shape.
        """
        return [self._measure(picture) for picture in checked(pictures)]


def _colourfulness(picture: Pixels) -> float:
    red, green, blue = np.moveaxis(picture.astype(np.float64), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue]).reshape(2, -1)
    return float(np.linalg.norm(opponents.std(axis=1)) + 0.3 * np.linalg.norm(opponents.mean(axis=1)))


def _contrast(picture: Pixels) -> float:
    return float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).std() / 255)
