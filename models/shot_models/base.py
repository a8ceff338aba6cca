"""What a shot model does: read small pictures of consecutive frames, and say after which of them a shot ends."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Pictures = npt.NDArray[np.uint8]
Probabilities = npt.NDArray[np.float64]


class ShotModel(Protocol):
    """A backend of this role.

    `picture_size` is (width, height). Of a window of `window_frames` only the probabilities that lie
    `margin_frames` from both its ends are to be used: near them the model has seen too little.
    """

    name: str
    version: int
    picture_size: tuple[int, int]
    window_frames: int
    margin_frames: int

    def probabilities(self, window: Pictures) -> Probabilities:
        """Return, shape (window_frames,), how likely each frame is the last of its shot.

        Args:
            window: RGB uint8 of shape (window_frames, height, width, 3).
        """
        ...
