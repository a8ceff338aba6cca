"""How one shot becomes the next: how many frames a transition changes, and what they look like."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pegbar.toonbox.colours import Colour
from pegbar.toonbox.pen import Labels, Picture

TransitionIn = Literal["start", "cut", "dissolve", "fade", "wipe", "flash"]
BLENDING: frozenset[TransitionIn] = frozenset({"dissolve", "wipe"})
FULL = 256  # opacities are whole 256ths: integers round alike on every processor
SHOWS = 250  # an opacity from which nothing shows through
FLASHES: dict[int, tuple[int, ...]] = {2: (256, 150), 3: (190, 256, 120), 4: (160, 256, 256, 120)}
IRIS = -1


@dataclass(frozen=True)
class Transition:
    """How a shot begins. It changes `before` frames of the old shot and `after` frames of the new one.

    Args:
        blank: frames of a fade that hold `colour` alone, half of them on either side.
        degrees: where a wipe moves to, counter-clockwise from the right; `IRIS` opens a circle.
        softness: how wide a wipe's edge is, as a share of its way.
    """

    kind: TransitionIn = "cut"
    before: int = 0
    after: int = 0
    blank: int = 0
    colour: Colour = (0, 0, 0)
    degrees: int = 0
    softness: float = 0.0

    @property
    def lead_in(self) -> int:
        """Return how many frames before its own first one a shot is already seen."""
        return self.before if self.kind in BLENDING else 0

    def veil(self, step: int) -> int:
        """Return how much of `colour` covers a frame, in 256ths.

        Args:
            step: frames since the new shot's first one; negative before it.
        """
        index = step + self.before
        if not 0 <= index < self.before + self.after:
            return 0
        if self.kind == "flash":
            return FLASHES[self.before + self.after][index]
        if self.kind != "fade":
            return 0
        going = self.before - self.blank // 2
        if index < going:
            return FULL * (index + 1) // (going + 1)
        coming = self.after - (self.blank - self.blank // 2)
        left = self.before + self.after - index
        return FULL if left > coming else FULL * left // (coming + 1)

    def share(self, step: int) -> int:
        """Return how much of the new shot shows in a dissolve or wipe, in 256ths; 0 and 256 are never reached in it."""
        length = self.before + self.after
        return FULL * min(length + 1, max(0, step + self.before + 1)) // (length + 1)


def veiled(picture: Picture, colour: Colour, opacity: int) -> Picture:
    """Return the picture with `opacity` 256ths of a colour laid over it."""
    if opacity <= 0:
        return picture
    table = np.arange(256, dtype=np.int32)[:, None] * (FULL - opacity) + np.asarray(colour, np.int32) * opacity
    tables = ((table + FULL // 2) >> 8).astype(np.uint8)
    return cast(Picture, cv2.LUT(picture, tables[None]))


def mixed(
    old: tuple[Picture, Labels], new: tuple[Picture, Labels], transition: Transition, step: int
) -> tuple[Picture, Labels]:
    """Return two shots' pictures in one, and the map of whichever shows more at each place."""
    share = transition.share(step)
    if transition.kind == "dissolve":
        weight: NDArray[np.uint32] = np.full((1, 1), share, np.uint32)
    else:
        height, width = old[1].shape
        weight = wipe_weights(_ways(width, height, transition.degrees), share, transition.softness)
    blended = old[0] * (FULL - weight)[:, :, None] + new[0] * weight[:, :, None] + FULL // 2
    labels = np.where(weight >= FULL // 2, new[1], old[1])
    return (blended >> 8).astype(np.uint8), np.ascontiguousarray(labels)


def wipe_weights(ways: NDArray[np.int32], share: int, softness: float) -> NDArray[np.uint32]:
    """Return how much of the new shot shows at each pixel, 0..256.

    Args:
        ways: when the edge arrives at each pixel, 0..4095.
        share: how far the edge is, 0..256.
        softness: how wide the edge is, as a share of its way.
    """
    band = max(1, round(4096 * softness))
    edge = share * (4096 + band) // FULL
    return np.asarray(np.clip((edge - ways) * FULL // band, 0, FULL), np.uint32)


@lru_cache(maxsize=4)
def _ways(width: int, height: int, degrees: int) -> NDArray[np.int32]:
    x = np.arange(width, dtype=np.int64)[None, :] * 2 - (width - 1)
    y = (height - 1) - np.arange(height, dtype=np.int64)[:, None] * 2
    if degrees == IRIS:
        way = np.sqrt((x * x + y * y).astype(np.float64))
    else:
        angle = np.radians(degrees)
        way = np.round(np.cos(angle), 9) * x + np.round(np.sin(angle), 9) * y
    low, high = way.min(), way.max()
    return np.asarray((way - low) / (high - low) * 4095, np.int32)
