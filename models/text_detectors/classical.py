"""A text detector without weights: thin, even strokes in a row (after Epshtein, Ofek and Wexler, CVPR 2010)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.text_detectors.base import Pixels, TextBox, reduced
from pegbar.config import Config

Grey = npt.NDArray[np.uint8]


class ClassicalTextConfig(Config):
    """What a letter is and what makes letters a line; lengths are shares of the picture's height.

    Args:
        max_pixels: a larger picture is made smaller.
        stroke: the widest stroke of a letter.
        min_contrast: of a stroke with what is beside it, in 8-bit levels.
        min_letter: the lowest letter.
        max_letter: the highest letter.
        max_gap: between two letters of a line, in their heights; a space is one.
        max_shift: of two letters' middles or feet, in their heights.
        height_ratio: of two neighbours, the higher to the lower.
        min_letters: of a line.
        min_level: what two parts of a line share of their height.
        max_break: between two parts of a line, in its height, where scenery hides letters.
        max_uneven: spread of the strokes' widths, as a share of their mean; scenery has all widths.
        max_ragged: median distance of letters' feet from the line's, in letter heights.
    """

    kind: Literal["classical"] = "classical"
    max_pixels: int = Field(default=512 * 288, ge=32 * 32)
    stroke: float = Field(default=0.04, gt=0, lt=1)
    min_contrast: int = Field(default=60, ge=1, le=255)
    min_letter: float = Field(default=0.02, gt=0, lt=1)
    max_letter: float = Field(default=0.16, gt=0, lt=1)
    max_gap: float = Field(default=1.1, gt=0)
    max_shift: float = Field(default=0.45, gt=0)
    height_ratio: float = Field(default=2.2, ge=1)
    min_letters: int = Field(default=4, ge=2)
    min_level: float = Field(default=0.6, gt=0, le=1)
    max_break: float = Field(default=2.5, gt=0)
    max_uneven: float = Field(default=0.35, gt=0)
    max_ragged: float = Field(default=0.12, gt=0)

    def build(self) -> "ClassicalTextDetector":
        """Construct the detector."""
        return ClassicalTextDetector(self)


@dataclass(frozen=True)
class _Letter:
    """A connected stroke: its box in pixels, and its width as the mean distance to its outline."""

    left: int
    top: int
    right: int
    bottom: int
    stroke: float

    @property
    def height(self) -> int:
        return self.bottom - self.top


class ClassicalTextDetector:
    """Finds level lines of light or dark letters; hands that join up, and single signs, escape it."""

    name = "classical"
    version = 1

    def __init__(self, config: ClassicalTextConfig) -> None:
        self._config = config

    def detect(self, pixels: Pixels) -> tuple[TextBox, ...]:
        """Return the lines of text, from the top down; see `TextDetector`."""
        grey = cv2.cvtColor(reduced(pixels, self._config.max_pixels), cv2.COLOR_RGB2GRAY)
        aspect = grey.shape[1] / grey.shape[0]
        boxes = [box for picture in (grey, 255 - grey) for box in self._light_lines(picture)]
        lines: list[TextBox] = []
        for box in sorted(boxes, key=lambda box: (box.left, box.top)):
            place = next((place for place, line in enumerate(lines) if self._is_one_line(line, box, aspect)), None)
            if place is None:
                lines.append(box)
            else:
                lines[place] = _joined(lines[place], box)
        return tuple(sorted(lines, key=lambda box: (box.top, box.left)))

    def _is_one_line(self, line: TextBox, box: TextBox, aspect: float) -> bool:
        """Tell whether a box goes on with a line that begins left of it: its words, or its outline found once more."""
        low, high = sorted((line.height, box.height))
        level = min(line.bottom, box.bottom) - max(line.top, box.top) >= self._config.min_level * low
        gap = (box.left - line.right) * aspect
        return level and high <= self._config.height_ratio * low and gap <= self._config.max_break * high

    def _light_lines(self, grey: Grey) -> Iterator[TextBox]:
        height, width = grey.shape
        side = 2 * max(2, round(self._config.stroke * height / 2)) + 1
        strokes = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((side, side), np.uint8))
        letters = self._letters(np.asarray(strokes >= self._config.min_contrast, np.uint8))
        for line in self._rows(letters):
            score = self._regularity(line)
            if score > 0:
                left, top = min(one.left for one in line), min(one.top for one in line)
                right, bottom = max(one.right for one in line), max(one.bottom for one in line)
                yield TextBox(left / width, top / height, (right - left) / width, (bottom - top) / height, score)

    def _letters(self, strokes: Grey) -> list[_Letter]:
        height = strokes.shape[0]
        depth = cv2.distanceTransform(strokes, cv2.DIST_L2, 3)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes)
        areas = np.maximum(1, stats[:, cv2.CC_STAT_AREA])
        widths = np.bincount(labels.ravel(), weights=depth.ravel(), minlength=count) / areas
        low, high = self._config.min_letter * height, self._config.max_letter * height
        letters = []
        for label in range(1, count):
            left, top, across, down, area = (int(value) for value in stats[label])
            if low <= down <= high and across <= 2 * down and area >= 0.12 * across * down:
                letters.append(_Letter(left, top, left + across, top + down, float(widths[label])))
        return letters

    def _rows(self, letters: list[_Letter]) -> list[list[_Letter]]:
        """Join letters, from the left, to the row whose last letter is nearest beside them."""
        rows: list[list[_Letter]] = []
        for letter in sorted(letters, key=lambda one: (one.left, one.top)):
            beside = [row for row in rows if self._is_beside(row[-1], letter)]
            if beside:
                max(beside, key=lambda row: row[-1].right).append(letter)
            else:
                rows.append([letter])
        return [row for row in rows if len(row) >= self._config.min_letters]

    def _is_beside(self, last: _Letter, letter: _Letter) -> bool:
        higher, lower = max(last.height, letter.height), min(last.height, letter.height)
        gap, shift = letter.left - last.right, abs(last.bottom - letter.bottom)
        is_near = -higher / 2 <= gap <= self._config.max_gap * higher and shift <= self._config.max_shift * higher
        return is_near and higher <= self._config.height_ratio * lower

    def _regularity(self, row: list[_Letter]) -> float:
        """Return how even a row's strokes are and how level its feet, 0 where it is no line of text."""
        strokes = np.array([letter.stroke for letter in row])
        feet = np.array([letter.bottom for letter in row])
        uneven = float(strokes.std() / strokes.mean())
        ragged = float(np.median(np.abs(feet - np.median(feet))) / np.median([letter.height for letter in row]))
        if uneven > self._config.max_uneven or ragged > self._config.max_ragged:
            return 0.0
        return 1.0 - 0.5 * uneven / self._config.max_uneven


def _joined(one: TextBox, other: TextBox) -> TextBox:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right, bottom = max(one.right, other.right), max(one.bottom, other.bottom)
    return TextBox(left, top, right - left, bottom - top, max(one.score, other.score))
