"""Pictures with lettering for the tests of text: scenery that differs from shot to shot, lines, cards, logos."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 384, 240
SAYINGS = ("Where is everybody?", "Look at that!", "We should go home now.", "What a lovely day.", "Wait for me!")


def scenery(number: int) -> Pixels:
    """Draw a shot's scenery: round and slanted shapes in colours of its own."""
    source = np.random.default_rng(number)
    pixels = np.full((HEIGHT, WIDTH, 3), source.integers(60, 200, 3), np.uint8)
    for _ in range(14):
        colour = tuple(int(value) for value in source.integers(30, 230, 3))
        x, y = (int(source.integers(0, limit)) for limit in (WIDTH, HEIGHT))
        sides = (int(source.integers(12, 60)), int(source.integers(12, 60)))
        cv2.ellipse(pixels, (x, y), sides, float(source.integers(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return pixels


def write_line(
    pixels: Pixels, text: str, middle: float = 0.5, foot: float = 0.92, size: int = 18
) -> tuple[float, float, float, float]:
    """Write a white line with a dark outline and return its left, top, right and bottom, as shares of the picture.

    `middle` and `foot` say where, as shares; `size` is the font's, in pixels.
    """
    height, width = pixels.shape[:2]
    face = cv2.FontFace("sans")
    stencil = np.zeros((2 * size, len(text) * size, 3), np.uint8)
    cv2.putText(stencil, text, (4, round(1.4 * size)), (255, 255, 255), face, size, 600)
    rows, columns = (np.flatnonzero(stencil[:, :, 0].any(axis=axis)) for axis in (1, 0))
    letters = np.pad(stencil[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, 0], 2)
    left, top = round(middle * width - letters.shape[1] / 2), round(foot * height) - letters.shape[0]
    part = pixels[top : top + letters.shape[0], left : left + letters.shape[1]]
    part[cv2.dilate(letters, np.ones((3, 3), np.uint8)) > 128] = (10, 10, 20)
    part[letters > 128] = (255, 255, 255)
    return left / width, top / height, (left + letters.shape[1]) / width, (top + letters.shape[0]) / height


def card(*lines: str) -> Pixels:
    """Draw a card: lines in the middle of a plain ground."""
    pixels = np.full((HEIGHT, WIDTH, 3), (60, 120, 170), np.uint8)
    for place, line in enumerate(lines):
        write_line(pixels, line, foot=0.5 + 0.15 * place, size=24)
    return pixels


def stamp(pixels: Pixels, opacity: float = 0.5) -> tuple[float, float, float, float]:
    """Lay a white ring with a bar over the upper right corner; return its left, top, width and height as shares."""
    mask = np.zeros(pixels.shape[:2], np.float32)
    cv2.circle(mask, (348, 34), 14, 1.0, 5, cv2.LINE_AA)
    cv2.line(mask, (338, 44), (358, 24), 1.0, 4, cv2.LINE_AA)
    pixels[:] = (pixels + (255.0 - pixels) * (opacity * mask)[:, :, None]).astype(np.uint8)
    return 331 / WIDTH, 17 / HEIGHT, 34 / WIDTH, 34 / HEIGHT
