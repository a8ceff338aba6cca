"""Colours that descriptions name, and where they are in a picture."""

import re

import cv2
import numpy as np
import numpy.typing as npt

from models.segmenters.base import Pixels

Map = npt.NDArray[np.float32]
Colour = tuple[int, int, int]
VERSION = 2
# A word may stand for several shades: artists and captions do not agree on one.
WORDS: dict[str, tuple[Colour, ...]] = {
    "red": ((200, 30, 30), (235, 70, 60)),
    "pink": ((240, 110, 170), (250, 170, 200), (225, 70, 130)),
    "orange": ((240, 140, 50),),
    "ginger": ((240, 145, 60),),
    "coral": ((245, 125, 105),),
    "yellow": ((245, 210, 60),),
    "lemon": ((250, 225, 90),),
    "blonde": ((235, 205, 110),),
    "golden": ((230, 180, 50),),
    "green": ((60, 160, 70),),
    "mint": ((150, 220, 190),),
    "lime": ((150, 210, 60),),
    "teal": ((40, 150, 150),),
    "turquoise": ((60, 200, 190),),
    "blue": ((60, 110, 210), (40, 70, 160)),
    "light blue": ((130, 190, 235), (150, 185, 235)),
    "sky": ((130, 190, 235),),
    "navy": ((40, 50, 110),),
    "purple": ((130, 70, 170),),
    "violet": ((130, 70, 170),),
    "lavender": ((185, 165, 225),),
    "brown": ((130, 80, 50), (164, 106, 72)),
    "chocolate": ((130, 80, 50),),
    "beige": ((215, 190, 150),),
    "cream": ((250, 235, 205),),
    "white": ((245, 245, 245),),
    "grey": ((160, 165, 175),),
    "gray": ((160, 165, 175),),
    "silver": ((185, 190, 198),),
    "black": ((35, 35, 40), (84, 82, 100)),
    "charcoal": ((70, 70, 85),),
}
# A word before a colour moves its shades this far towards another colour.
TOWARDS: dict[str, tuple[Colour, float]] = {
    "light": ((255, 255, 255), 0.4),
    "pale": ((255, 255, 255), 0.5),
    "dark": ((0, 0, 0), 0.35),
    "deep": ((0, 0, 0), 0.25),
}
TOO_SMALL: frozenset[str] = frozenset({"eye", "eyes", "eyed"})  # to find anybody by
LIGHTNESS_WEIGHT = 0.5  # shading moves lightness more than hue
SPREAD = 18.0  # distance in Lab at which a colour no longer counts as the word's
MAX_WORDS = 2000  # of a description; a longer one repeats itself


def colours_named(text: str) -> tuple[Colour, ...]:
    """Return the shades of every colour word of a description but its eyes', each once, in order."""
    words = [match.group() for _, match in zip(range(MAX_WORDS), re.finditer(r"[a-z]+", text.lower()), strict=False)]
    told = zip(["", *words], words, [*words[1:], ""], strict=False)
    found = [shade for before, word, after in told if after not in TOO_SMALL for shade in _shades(before, word)]
    return tuple(dict.fromkeys(found))


def _shades(before: str, word: str) -> tuple[Colour, ...]:
    known = WORDS.get(f"{before} {word}")
    if known is None and before in TOWARDS:
        known = tuple(_mixed(shade, *TOWARDS[before]) for shade in WORDS.get(word, ()))
    return WORDS.get(word, ()) if known is None else known


def _mixed(shade: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round((1 - share) * one + share * two) for one, two in zip(shade, other, strict=True))
    return red, green, blue


def to_lab(pixels: Pixels) -> Map:
    """Return RGB pixels of shape (height, width, 3) as 8-bit-scaled CIE Lab floats."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.float32)


def likeness(lab: Map, colours: tuple[Colour, ...]) -> Map:
    """Return, for each pixel, 0..1: how near it is to the nearest of the colours; zeros without any."""
    best = np.zeros(lab.shape[:2], np.float32)
    for colour in colours:
        offset = lab - to_lab(np.array([[colour]], np.uint8))[0, 0]
        squared = (LIGHTNESS_WEIGHT * offset[..., 0]) ** 2 + offset[..., 1] ** 2 + offset[..., 2] ** 2
        best = np.maximum(best, np.exp(-squared / SPREAD**2))
    return best
