"""Cut-outs as pictures: a character on a white square, and PNGs with the same bytes every time."""

import cv2
import numpy as np

from models.segmenters import Mask, Pixels


def on_white(pixels: Pixels, mask: Mask, border_share: float) -> Pixels:
    """Return the masked part of a frame on a white square, centred, with a border; RGB, shape (side, side, 3)."""
    box = _bounding_box(mask)
    inside = mask[box]
    longest = max(inside.shape)
    side = longest + 2 * round(border_share * longest)
    square = np.full((side, side, 3), 255, np.uint8)
    square[_centred(inside.shape, side)][inside] = pixels[box][inside]
    return square


def mask_of_cutout(mask: Mask, side: int) -> Mask:
    """Return a frame's mask as it lies in its cut-out, shape (side, side)."""
    inside = mask[_bounding_box(mask)]
    square = np.zeros((side, side), np.bool_)
    square[_centred(inside.shape, side)] = inside
    return square


def _bounding_box(mask: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _centred(shape: tuple[int, ...], side: int) -> tuple[slice, slice]:
    y, x = (side - shape[0]) // 2, (side - shape[1]) // 2
    return slice(y, y + shape[0]), slice(x, x + shape[1])


def png_bytes(pixels: Pixels) -> bytes:
    """Return RGB or grey pixels as a PNG, always with the same options."""
    ordered = pixels[:, :, ::-1] if pixels.ndim == 3 else pixels
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(ordered), [cv2.IMWRITE_PNG_COMPRESSION, 6])
    return encoded.tobytes()
