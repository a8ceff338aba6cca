"""A person's mask: a black and white PNG of a clip's size, and the picture it cuts out of a frame."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from models.segmenters import Mask, MaskLimits, Pixels, clean_mask
from pegbar.errors import InputError
from pegbar.media.names import printable
from tasks.curation.references.cutouts import on_white, png_bytes

MAX_MASK_PIXELS = 8192 * 4320
MODES = ("1", "L", "P", "RGB")  # what paint programs save; transparency would leave open which side is meant
WHITE = 128


def mask_of_png(content: bytes, name: str) -> Mask:
    """Return the white part of a PNG, bool of shape (height, width).

    Raises:
        InputError: not a PNG, truncated, with transparency, or too large.
    """
    with _reading(name):
        image = Image.open(io.BytesIO(content), formats=("PNG",))
    if image.width * image.height > MAX_MASK_PIXELS or image.mode not in MODES:
        raise _refused(name, f"is {image.width}x{image.height} {image.mode}")
    with _reading(name):
        return np.asarray(np.asarray(image.convert("L")) >= WHITE)


def cut_out(pixels: Pixels, mask: Mask, limits: MaskLimits, border_share: float, name: str) -> tuple[bytes, bytes]:
    """Return the masked part of a frame on white, and the mask, both as PNG.

    The mask is taken as the person drew it; clean-up only says whether it is within the limits.

    Raises:
        InputError: of another size than the frame, or outside the limits of the curation's own masks.
    """
    if mask.shape != pixels.shape[:2]:
        (height, width), (tall, wide) = pixels.shape[:2], mask.shape
        raise _refused(name, f"is {wide}x{tall}, and the clip {width}x{height}")
    refusal = clean_mask(mask, limits).refusal
    if refusal:
        raise _refused(name, f"is {refusal}" if refusal.startswith(("over", "under")) else f"shows {refusal}")
    return png_bytes(on_white(pixels, mask, border_share)), png_bytes(mask.astype(np.uint8) * 255)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turn what a damaged or monstrous PNG raises into an error of the tree."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _refused(name, f"cannot be read: {error}") from error


def _refused(name: str, what: str) -> InputError:
    return InputError(
        f"the mask {printable(name)} {what}",
        remedy="save it as a black and white PNG of the clip's size, the character white",
        subject=name,
    )
