"""What an aesthetic model does: one number per picture, higher where it is liked more."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pegbar.errors import InputError

Pixels = npt.NDArray[np.uint8]


class AestheticModel(Protocol):
    """A backend of this role. Scales differ from one backend to the next, so a threshold belongs to one of them."""

    @property
    def name(self) -> str:
        """What is measured, by its own name."""
        ...

    @property
    def version(self) -> int:
        """Raised when the same picture would get another number."""
        ...

    def score(self, pictures: Sequence[Pixels]) -> list[float]:
        """Return one number per RGB uint8 picture (height, width, 3), whatever stands beside it.

        Raises:
            InputError: a picture of another type or shape.
        """
        ...


def checked(pictures: Sequence[Pixels]) -> Sequence[Pixels]:
    """Return the pictures.

    Raises:
        InputError: one is not RGB uint8.
    """
    for picture in pictures:
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
            raise InputError(
                f"cannot score {picture.dtype} of shape {picture.shape}",
                remedy="give RGB uint8 pictures (height, width, 3)",
            )
    return pictures
