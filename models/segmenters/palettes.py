"""How often each colour is a character's, or the scenery's: softened histograms of CIE Lab that know no place."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.segmenters.colour_words import Map

CELL = np.array([8.0, 6.0, 6.0], np.float32)  # in 8-bit-scaled Lab
GRID = (32, 43, 43)
SOFTENING = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0  # binomial, a standard deviation of one cell
Cells = npt.NDArray[np.int64]
Palette = npt.NDArray[np.float64]  # share of each cell, all together 1
NO_COLOURS: Palette = np.zeros(GRID[0] * GRID[1] * GRID[2])


def cells_of(lab: Map) -> Cells:
    """Return the number of each pixel's cell, shape (height, width)."""
    cell = np.minimum(np.clip(lab, 0, 255) / CELL, np.array(GRID) - 1).astype(np.int64)
    return np.asarray((cell[..., 0] * GRID[1] + cell[..., 1]) * GRID[2] + cell[..., 2])


def palette_of(cells: Sequence[Cells], weights: Sequence[Map]) -> Palette | None:
    """Return the colours of pictures whose pixels count by their weights; None where nothing counts."""
    counts = np.zeros(NO_COLOURS.size)
    for cell, weight in zip(cells, weights, strict=True):
        counts += np.bincount(cell.ravel(), weight.ravel().astype(np.float64), minlength=counts.size)
    total = counts.sum()
    return _softened(counts / total) if total > 0 else None


def typical(palettes: Sequence[Palette]) -> Palette:
    """Return what palettes of several shots share; scenery, which changes, loses against what stays."""
    shared = np.mean(np.sqrt(palettes), axis=0) ** 2
    return np.asarray(shared / shared.sum(), np.float64)


def _softened(palette: Palette) -> Palette:
    """Spread each cell's share over its neighbours, since light and codecs move colours."""
    values = palette.reshape(GRID)
    for axis, length in enumerate(GRID):
        reach = len(SOFTENING) // 2
        margins = [(reach, reach) if other == axis else (0, 0) for other in range(3)]
        padded = np.pad(values, margins, mode="edge")
        values = sum(
            weight * padded.take(range(start, start + length), axis=axis) for start, weight in enumerate(SOFTENING)
        )
    return values.ravel()
