"""What every image embedder can do."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pegbar.errors import InputError

Images = NDArray[np.uint8]
Masks = NDArray[np.bool_]
Vectors = NDArray[np.float32]


class ImageEmbedder(Protocol):
    """Turns pictures into unit vectors whose cosine says how alike they are."""

    @property
    def name(self) -> str:
        """What scores made with it are called: the backbone's own name, never another's."""
        ...

    @property
    def version(self) -> int:
        """Raised when the same picture would give another vector."""
        ...

    @property
    def preprocessing(self) -> str:
        """How a picture is sized, cropped and normalised, in one line for reports."""
        ...

    @property
    def is_comparable(self) -> bool:
        """Tell whether scores may stand beside the papers' CLIP or DreamSim columns."""
        ...

    def embed(self, images: Images, masks: Masks | None = None) -> Vectors:
        """Embed RGB pictures (N, H, W, 3) as unit vectors (N, D).

        Args:
            masks: (N, H, W); where given, only the foreground counts.

        Raises:
            InputError: another type or shape, no picture, or an empty mask.
        """
        ...


def checked(images: Images, masks: Masks | None) -> None:
    """Refuse what is not a batch of RGB pictures with matching, non-empty masks.

    Raises:
        InputError: another type or shape, no picture, or an empty mask.
    """
    if images.ndim != 4 or images.shape[-1] != 3 or images.dtype != np.uint8 or 0 in images.shape:
        raise InputError(
            f"cannot embed {images.dtype} of shape {images.shape}", remedy="give uint8 pictures (N, height, width, 3)"
        )
    if masks is None:
        return
    if masks.dtype != np.bool_ or masks.shape != images.shape[:3]:
        raise InputError(
            f"masks of {masks.dtype} {masks.shape} do not fit pictures {images.shape}",
            remedy="give bool masks (N, height, width)",
        )
    if not masks.any(axis=(1, 2)).all():
        raise InputError("a mask has no foreground", remedy="leave out the mask, or take another reference")
