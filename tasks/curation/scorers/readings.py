"""Where the sampled pictures of a film hold text: the detector's lines, each with the pixels it was seen on."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.text_detectors import TextBox, TextDetector
from pegbar.config import Config
from tasks.curation.film_view import FilmView, Sample

Grey = npt.NDArray[np.uint8]

BLOCKS = (40, 24)  # across, down: a word of the smallest subtitle fills one


class ReadingConfig(Config):
    """How samples are read.

    Args:
        held_levels: a picture none of whose blocks changes by more grey levels than this is held, not read again.
    """

    held_levels: float = Field(default=3.0, ge=0)


@dataclass(frozen=True)
class TextLine:
    """A line of text in one picture. `pixels` is its grey crop, whose upper left pixel is (`x`, `y`)."""

    box: TextBox
    x: int
    y: int
    pixels: Grey

    def likeness(self, other: "TextLine") -> float:
        """Return how far both lines are the same strokes at the same place, -1 to 1; 0 where they do not meet.

        It is the correlation of brightness gradients, which text keeps while the picture behind it moves.
        """
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.pixels.shape[1], other.x + other.pixels.shape[1])
        bottom = min(self.y + self.pixels.shape[0], other.y + other.pixels.shape[0])
        if right - left < 4 or bottom - top < 4:
            return 0.0
        one, two = (gradients(line._part(left, top, right, bottom)) for line in (self, other))
        return correlation(one, two)

    def _part(self, left: int, top: int, right: int, bottom: int) -> Grey:
        return self.pixels[top - self.y : bottom - self.y, left - self.x : right - self.x]


@dataclass(frozen=True)
class Reading:
    """The lines of text of one sample, from the top down."""

    sample: Sample
    lines: tuple[TextLine, ...]


def read_text(view: FilmView, detector: TextDetector, config: ReadingConfig) -> tuple[Reading, ...]:
    """Return the text of every sample of a film; held pictures are not read again."""
    readings: list[Reading] = []
    seen: Grey | None = None
    boxes: Sequence[TextBox] = ()
    for sample in view.samples:
        pixels = view.pixels(sample)
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        if seen is None or not _is_held(seen, grey, config.held_levels):
            boxes, seen = detector.detect(pixels), grey
        readings.append(Reading(sample, tuple(_line(box, grey) for box in boxes)))
    return tuple(readings)


def gradients(grey: Grey) -> npt.NDArray[np.float32]:
    """Return brightness gradients of a picture, shape (2, height, width): across and down."""
    return np.stack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)])


def correlation(one: npt.NDArray[np.float32], two: npt.NDArray[np.float32]) -> float:
    """Return the cosine of two fields of gradients; 0 where one is flat."""
    size = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float((one * two).sum()) / size if size > 1e-3 else 0.0


def _line(box: TextBox, grey: Grey) -> TextLine:
    height, width = grey.shape
    left, right = int(box.left * width), int(np.ceil(box.right * width))
    top, bottom = int(box.top * height), int(np.ceil(box.bottom * height))
    return TextLine(box, left, top, grey[top:bottom, left:right].copy())


def _is_held(before: Grey, now: Grey, levels: float) -> bool:
    change = cv2.resize(cv2.absdiff(before, now), BLOCKS, interpolation=cv2.INTER_AREA)
    return float(change.max()) <= levels
