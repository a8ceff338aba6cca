"""Pictures and clips beside the review page: frames of a shot, a cut-out, and its mask over the frame it is of."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pegbar.digests import digest_bytes
from pegbar.files import write_bytes
from pegbar.media import DecodeConfig, FrameReader

Pixels = NDArray[np.uint8]
FRAME_SIDE, LARGE_SIDE = 256, 480
JPEG_QUALITY = 82
EPSILON_SECONDS = 1e-6
OUTSIDE_SHARE, OUTLINE = 0.35, (233, 30, 140)


class MediaFolder:
    """A page's assets, begun anew and named by their contents: no name from outside reaches the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "assets"
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, content: bytes, suffix: str) -> str:
        """Write a file unless it is there, and return its address in the page."""
        name = f"{digest_bytes(content)[:20]}{suffix}"
        if not (self._folder / name).is_file():
            write_bytes(self._folder / name, content)
        return f"assets/{name}"

    def add_picture(self, pixels: Pixels, side: int) -> str:
        """Write RGB pixels as a JPEG whose longer side is at most `side`, and return its address."""
        scale = min(1.0, side / max(pixels.shape[:2]))
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
        _, encoded = cv2.imencode(
            ".jpg", np.ascontiguousarray(small[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        )
        return self.add(encoded.tobytes(), ".jpg")


def pictures_at(path: Path, seconds: Sequence[float], side: int) -> list[Pixels]:
    """Return what a clip shows at each time, ascending, its longer side at most `side`; the last frame beyond its end.

    Raises:
        MediaError: it does not decode.
    """
    found: list[Pixels] = []
    shown = None
    for frame in FrameReader(path, DecodeConfig(num_threads=1)):
        while shown is not None and len(found) < len(seconds) and seconds[len(found)] < frame.seconds - EPSILON_SECONDS:
            found.append(shown.fitted(side))
        shown = frame
    if shown is not None:
        last = shown.fitted(side)
        found += [last] * (len(seconds) - len(found))
    return found


def mask_over(frame: Pixels, mask: Pixels) -> Pixels:
    """Return a frame, darkened where its mask (any size, 0 or 255) is not, with the mask's outline."""
    height, width = frame.shape[:2]
    inside = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA) > 127
    shown = np.where(inside[..., None], frame, (frame * OUTSIDE_SHARE).astype(np.uint8))
    contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.ascontiguousarray(shown), contours, -1, OUTLINE, 2, cv2.LINE_AA), np.uint8)
