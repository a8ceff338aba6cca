"""What a segmenter does: find a character in frames of one shot."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pegbar.errors import InputError

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Subject:
    """A character as its script introduces it."""

    name: str
    appearance: str


@dataclass(frozen=True)
class Glimpse:
    """A few frames of one shot of a story, RGB uint8 of one size, and whom its script lists there."""

    frames: tuple[Pixels, ...]
    cast: tuple[Subject, ...]


@dataclass(frozen=True)
class SegmentRequest:
    """Frames of one shot and whom to find in some of them.

    Args:
        frames: RGB uint8 of shape (height, width, 3), one size, in time order.
        targets: which of the frames to segment.
        others: the other characters the shot lists.
        story: what a backend may learn the characters' looks from; hand in the same object with every request of a
            story, and it learns once.
    """

    frames: tuple[Pixels, ...]
    targets: tuple[int, ...]
    subject: Subject
    others: tuple[Subject, ...] = ()
    story: tuple[Glimpse, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no backend can segment.

        Raises:
            InputError: no frame, one that is not RGB uint8, frames of several sizes, or a target that is no frame.
        """
        kinds = {(frame.dtype.name, frame.shape) for frame in self.frames}
        if len(kinds) != 1 or not all(_is_rgb(frame) for frame in self.frames):
            raise InputError(
                f"cannot segment {len(self.frames)} frames of {sorted(kinds)}",
                remedy="give RGB uint8 frames (height, width, 3) of one size",
            )
        if not all(0 <= target < len(self.frames) for target in self.targets):
            raise InputError(
                f"targets {self.targets} are not all among {len(self.frames)} frames", remedy="count frames from 0"
            )


def _is_rgb(frame: Pixels) -> bool:
    return frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3 and 0 not in frame.shape


class Segmenter(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def segment(self, request: SegmentRequest) -> list[Mask | None]:
        """Return one raw mask per target, of the frame's size, or None where the character is not found."""
        ...
