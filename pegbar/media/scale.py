"""Decoded pictures to small RGB arrays, cheaply and with the same pixels on every processor.

A survey makes a small picture of every frame, so what it costs is paid a hundred thousand times per film.
"""

from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

Pixels = npt.NDArray[np.uint8]

# The same pixels on every processor: without these flags the scaler takes shortcuts that differ.
SCALING = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
# 8-bit formats whose three planes can be halved one by one, and those whose first plane is brightness.
PLANAR = frozenset(f"yuv{full}{sampling}p" for full in ("", "j") for sampling in (420, 422, 444))
WITH_LUMA = PLANAR | {"gray", "nv12", "nv21"}
# Halving leaves the fine scaler at least 1.5 pixels for each one it makes, so nothing is seen of it.
HALVED_FROM, THINNED_FROM = 3, 6


class Scaler:
    """Makes RGB pictures of one film's frames; keeps its tables and buffers from frame to frame."""

    def __init__(self) -> None:
        self._reformatters: dict[tuple[int, int], VideoReformatter] = {}
        self._halves: dict[tuple[str, int, int], av.VideoFrame] = {}

    def rgb(self, picture: av.VideoFrame, width: int, height: int) -> Pixels:
        """Return a picture resized to `width` x `height`, shape (height, width, 3), uint8 RGB, as stored."""
        import cv2

        if picture.format.name in PLANAR and min(picture.width / width, picture.height / height) >= HALVED_FROM:
            picture = self._halved(picture, row_step=2 if picture.height >= THINNED_FROM * height else 1)
        reformatter = self._reformatters.setdefault((width, height), VideoReformatter())
        # Planes, because packed RGB comes out slower and 1.5 levels too dark.
        scaled = reformatter.reformat(picture, width, height, "gbrp", interpolation=SCALING, threads=1)
        green, blue, red = (plane_of(scaled, number) for number in range(3))
        return np.asarray(cv2.merge([red, green, blue]), np.uint8)

    def luma(self, picture: av.VideoFrame, width: int, height: int) -> Pixels:
        """Return brightness, shape (height, width), uint8: a view where the format and the size allow one."""
        if picture.format.name in WITH_LUMA and (picture.width, picture.height) == (width, height):
            return plane_of(picture, 0)
        return plane_of(picture.reformat(width, height, "yuv420p", interpolation=SCALING, threads=1), 0)

    def _halved(self, picture: av.VideoFrame, row_step: int) -> av.VideoFrame:
        """Return the means of 2x2 pixels; a `row_step` of 2 looks at every other row only, half the memory to fetch."""
        import cv2

        width, height = picture.width // 2, picture.height // (2 * row_step)
        key = (picture.format.name, width, height)
        half = self._halves.get(key)
        if half is None:
            half = self._halves[key] = av.VideoFrame(width, height, picture.format.name)
        for number in range(3):
            wanted = plane_of(half, number)
            rows, columns = wanted.shape
            source = plane_of(picture, number)[::row_step][: 2 * rows, : 2 * columns]
            cv2.resize(source, (columns, rows), dst=wanted, interpolation=cv2.INTER_AREA)
        half.colorspace, half.color_range = picture.colorspace, picture.color_range
        return half


def plane_of(picture: av.VideoFrame, number: int) -> Pixels:
    """Return one 8-bit plane as a view, shape (its height, its width); valid while the picture is."""
    plane: Any = picture.planes[number]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
