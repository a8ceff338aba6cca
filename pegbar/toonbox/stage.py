"""A stage: the camera, the layers it looks through, and what the light does."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pegbar.toonbox.colours import Colour
from pegbar.toonbox.pen import Pen, Picture

REST_BOTTOM = -0.1  # world height at the lower edge of the frame when the camera rests
FAR_ZOOM = 0.35  # how much of a zoom reaches what is infinitely far


@dataclass(frozen=True)
class Camera:
    """Where the camera looks, in world units (the frame's height is 1 at zoom 1, feet stand at y = 0)."""

    x: float = 0.0
    y: float = REST_BOTTOM + 0.5
    zoom: float = 1.0


@dataclass(frozen=True)
class Stage:
    """One frame in the making; scenery and characters may be drawn at different sizes."""

    pixels: Picture
    camera: Camera
    seconds: float

    @property
    def aspect(self) -> float:
        """Return width over height."""
        height, width = self.pixels.shape[:2]
        return float(width / height)

    def layer(self, depth: float = 1.0) -> Pen:
        """Return a pen in world units for a layer; 1 is where characters stand, 0 is infinitely far."""
        height, width = self.pixels.shape[:2]
        scale = height * (1.0 + (self.camera.zoom - 1.0) * (FAR_ZOOM + (1.0 - FAR_ZOOM) * depth))
        rest = REST_BOTTOM + 0.5
        looked_at = rest + (self.camera.y - rest) * depth
        x = width / 2 - self.camera.x * depth * scale
        y = height / 2 + looked_at * scale
        return Pen(self.pixels, np.array([[scale, 0.0, x], [0.0, -scale, y]]))

    def gradient(self, top: Colour, bottom: Colour, down_to: float = 0.75) -> None:
        """Paint the whole frame from `top` to `bottom`, which is reached at a share of its height."""
        height = self.pixels.shape[0]
        share: NDArray[np.float64] = np.clip(np.arange(height) / (height * down_to), 0.0, 1.0)[:, None]
        column = np.asarray(top) * (1.0 - share) + np.asarray(bottom) * share
        self.pixels[:] = np.rint(column).astype(np.uint8)[:, None, :]

    def wave(self, period_seconds: float, phase: float = 0.0) -> float:
        """Return a slow swing between -1 and 1."""
        return math.sin(2 * math.pi * (self.seconds / period_seconds + phase))
