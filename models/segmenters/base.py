"""What a segmenter does: find a character in frames of one shot."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Subject:
    """A character as its script introduces it."""

    name: str
    appearance: str


@dataclass(frozen=True)
class SegmentRequest:
    """Frames of one shot and whom to find in some of them.

    Args:
        frames: RGB uint8 of shape (height, width, 3), one size, in time order.
        targets: which of the frames to segment.
        others: the other characters the shot lists.
    """

    frames: tuple[Pixels, ...]
    targets: tuple[int, ...]
    subject: Subject
    others: tuple[Subject, ...] = ()


class Segmenter(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def segment(self, request: SegmentRequest) -> list[Mask | None]:
        """Return one raw mask per target, of the frame's size, or None where the character is not found."""
        ...
