"""What every story generator offers; tests/models/generators/test_contract.py holds each backend to it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pegbar.errors import InputError


class StoryGenerator(Protocol):
    """Makes one shot per caption; the same seed gives the same frames."""

    @property
    def frames_per_shot(self) -> int:
        """Frames F of every shot."""
        ...

    @property
    def fps(self) -> int:
        """Frames per second they are meant to be shown at."""
        ...

    @property
    def height(self) -> int:
        """Height H of a frame in pixels."""
        ...

    @property
    def width(self) -> int:
        """Width W of a frame in pixels."""
        ...

    def generate(self, reference: NDArray[np.uint8], captions: Sequence[str], seed: int) -> list[NDArray[np.uint8]]:
        """Return one RGB array (F, H, W, 3) per caption, in order.

        Args:
            reference: RGB picture (height, width, 3) of the main character, of any size.

        Raises:
            InputError: no captions, or a reference of another kind.
        """
        ...


def check_request(reference: NDArray[np.uint8], captions: Sequence[str]) -> None:
    """Refuse what no generator can work from.

    Raises:
        InputError: no captions, or a reference that is not a uint8 RGB picture.
    """
    if not captions:
        raise InputError("a story without captions", remedy="give one caption per shot")
    if reference.dtype != np.uint8 or reference.ndim != 3 or reference.shape[-1] != 3 or 0 in reference.shape:
        raise InputError(
            f"a reference of {reference.dtype} {reference.shape} is not a uint8 (H, W, 3) picture",
            remedy="give an RGB picture",
        )
