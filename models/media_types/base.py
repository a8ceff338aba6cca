"""What a media type classifier does: say how much a film's pictures look drawn (AnimeShooter, section 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pegbar.errors import InputError

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class MediaTypeScore:
    """How surely a film is animation.

    Args:
        value: 0 (live action) to 1 (animation); it decides nothing.
        reason: what spoke for or against, for a person.
    """

    value: float
    reason: str


class MediaTypeClassifier(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def animation_score(self, pictures: Sequence[Pixels]) -> MediaTypeScore | None:
        """Score RGB uint8 pictures (height, width, 3) spread over one film; None where none of them shows anything.

        Raises:
            InputError: no picture, or one of another type or shape.
        """
        ...


def checked(pictures: Sequence[Pixels]) -> Sequence[Pixels]:
    """Return the pictures.

    Raises:
        InputError: there is none, or one is not RGB uint8.
    """
    remedy = "give RGB uint8 pictures (height, width, 3) of one film"
    if not pictures:
        raise InputError("no picture to tell the media type from", remedy=remedy)
    for picture in pictures:
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
            raise InputError(f"cannot classify {picture.dtype} of shape {picture.shape}", remedy=remedy)
    return pictures
