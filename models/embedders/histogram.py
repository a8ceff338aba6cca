"""Colour and shape histograms: an embedder that needs no weights, and never claims to be one that does."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.embedders.base import Images, Masks, Vectors, checked
from pegbar.config import Config

Plane = NDArray[np.float32]
FLAT = 1e-3  # keeps the shape part defined for a picture without any edge


class ColourShapeHistogramConfig(Config):
    """HSV colour histogram and gradient-orientation histograms over a grid of cells."""

    kind: Literal["colour_shape_histogram"] = "colour_shape_histogram"
    side: int = Field(default=64, ge=8, description="pixels of the square every picture is squashed to")
    hue_bins: int = Field(default=12, ge=2)
    saturation_bins: int = Field(default=4, ge=1)
    value_bins: int = Field(default=4, ge=1)
    cells: int = Field(default=4, ge=1, description="cells per side for gradient orientations")
    orientation_bins: int = Field(default=9, ge=2)
    colour_share: float = Field(default=0.6, ge=0, le=1, description="share of the cosine that colour decides")

    def build(self) -> "ColourShapeHistogram":
        """Return the embedder."""
        return ColourShapeHistogram(self)


class ColourShapeHistogram:
    """Square roots of histograms (Hellinger), so that the cosine of two vectors lies in 0..1."""

    name = "colour_shape_histogram"
    version = 1
    is_comparable = False

    def __init__(self, config: ColourShapeHistogramConfig) -> None:
        self._config = config

    @property
    def preprocessing(self) -> str:
        """How a picture is sized, cropped and normalised."""
        config = self._config
        return (
            f"foreground crop where a mask is given, squash to {config.side}x{config.side} (area); "
            f"HSV {config.hue_bins}x{config.saturation_bins}x{config.value_bins}, "
            f"gradients {config.cells}x{config.cells}x{config.orientation_bins}, colour share {config.colour_share:g}"
        )

    def embed(self, images: Images, masks: Masks | None = None) -> Vectors:
        """Embed RGB pictures (N, H, W, 3) as non-negative unit vectors (N, D).

        Raises:
            InputError: another type or shape, no picture, or an empty mask.
        """
        checked(images, masks)
        return np.stack([self._embed_one(image, None if masks is None else masks[i]) for i, image in enumerate(images)])

    def _embed_one(self, image: Images, mask: Masks | None) -> NDArray[np.float32]:
        small, weights = self._prepare(image, mask)
        share = self._config.colour_share
        parts = (share * self._colour(small, weights), (1 - share) * self._shape(small, weights))
        return np.sqrt(np.concatenate(parts)).astype(np.float32)

    def _prepare(self, image: Images, mask: Masks | None) -> tuple[Images, Plane]:
        import cv2

        side = (self._config.side, self._config.side)
        if mask is None:
            return cv2.resize(image, side, interpolation=cv2.INTER_AREA), np.ones(side, np.float32)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        small = cv2.resize(np.ascontiguousarray(image[box]), side, interpolation=cv2.INTER_AREA)
        return small, cv2.resize(mask[box].astype(np.float32), side, interpolation=cv2.INTER_AREA)

    def _colour(self, image: Images, weights: Plane) -> NDArray[np.float64]:
        """Share of the pixels in every (hue, saturation, value) bin; sums to 1."""
        import cv2

        bins = (self._config.hue_bins, self._config.saturation_bins, self._config.value_bins)
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)  # hue 0..179, the others 0..255
        index = [hsv[..., i].astype(np.int64) * bins[i] // span for i, span in enumerate((180, 256, 256))]
        flat = np.ravel_multi_index(tuple(index), bins).ravel()
        return _shares(np.bincount(flat, weights=weights.ravel(), minlength=int(np.prod(bins))))

    def _shape(self, image: Images, weights: Plane) -> NDArray[np.float64]:
        """Share of the gradient in every (cell, orientation) bin and in one for 'no edge'; sums to 1."""
        import cv2

        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        down, across = np.gradient(grey)
        bins, cells, side = self._config.orientation_bins, self._config.cells, self._config.side
        turn = np.mod(np.arctan2(down, across), np.pi) / np.pi
        orientation = np.minimum((turn * bins).astype(np.int64), bins - 1)
        cell = np.arange(side) * cells // side
        flat = (cell[:, None] * cells + cell[None, :]) * bins + orientation
        strength = np.hypot(down, across) * weights
        counts = np.bincount(flat.ravel(), weights=strength.ravel(), minlength=cells * cells * bins)
        return _shares(np.append(counts, FLAT))


def _shares(counts: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(counts / counts.sum(), np.float64)
