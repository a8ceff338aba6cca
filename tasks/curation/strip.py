"""A film as a strip of thumbnails, and how alike two pictures of it are."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from tasks.curation.frame_table import CHANNELS, THUMBNAIL_SIDE, Column, FrameTable

Pictures = npt.NDArray[np.float32]

ROUNDING_SECONDS = 1e-6
MIN_LIVING_SPREAD = 1.5  # of 8-bit values over the film: less is a black bar or an empty margin
MIN_LIVING_SHARE = 0.25  # fewer living cells than this, and the film is still: then all of them count
LIGHT, DIM = np.float32(100), np.float32(8)
HIGH_SHARE = 0.7  # of the picture, below which there may be subtitles
FLATTEST_SHARE = (0.1, 0.9)  # of its values; a logo on a blank picture lies outside


@dataclass(frozen=True)
class Strip:
    """Thumbnails without the cells that never change, such as black bars.

    Args:
        pictures: shape (n, 3 x cells), 8-bit RGB as floats. cells: (row, column) of each, shape (cells, 2).
        detail: mean squared step from pixel to pixel in each cell, shape (n, cells).
        spread: how far each picture is from one colour above its subtitles, shape (n,), 8-bit.
    """

    pictures: Pictures
    cells: npt.NDArray[np.float32]
    seconds: Column
    content: Column
    detail: Pictures
    spread: Column

    @classmethod
    def of(cls, table: FrameTable) -> Self:
        """Read a table of frames."""
        pictures = table.thumbnails.astype(np.float32).reshape(table.num_frames, -1, CHANNELS)
        lives = pictures.std(0).max(-1) >= MIN_LIVING_SPREAD
        if lives.mean() < MIN_LIVING_SHARE:
            lives[:] = True
        pictures = np.ascontiguousarray(pictures[:, lives])
        rows, columns = np.divmod(np.flatnonzero(lives), THUMBNAIL_SIDE)
        is_high = rows <= np.quantile(rows, HIGH_SHARE)
        low, high = np.quantile(pictures[:, is_high], FLATTEST_SHARE, axis=1)
        return cls(
            pictures=pictures.reshape(table.num_frames, -1),
            cells=np.stack([rows, columns], 1).astype(np.float32),
            seconds=table.seconds,
            content=table.content,
            detail=table.detail[:, lives].astype(np.float32) ** 2,
            spread=(high - low).max(-1).astype(np.float64),
        )

    @property
    def num_frames(self) -> int:
        """How many frames there are."""
        return len(self.seconds)

    def frame_at(self, seconds: float) -> int:
        """Return the first frame at or after a time; `num_frames` after the film."""
        return int(np.searchsorted(self.seconds, seconds - ROUNDING_SECONDS))


def likeness(one: Pictures, other: Pictures) -> float:
    """Return how far two pictures, shape (values,), are one in another light; see `likest`."""
    return likest(one[None], other[None])


def likest(ones: Pictures, others: Pictures) -> float:
    """Return the largest correlation of a picture with one of the others, shapes (m, values) and (n, values).

    Each channel's mean is taken out first; 0 where one picture is one colour.
    """
    left, right = map(_standard, (ones, others))
    return float((left @ right.T).max())


def relit(pictures: Pictures) -> Pictures:
    """Return pictures, shape (n, values), in one light: every channel's mean becomes `LIGHT`."""
    cells = pictures.reshape(len(pictures), -1, CHANNELS)
    lit: Pictures = cells * (LIGHT / np.maximum(cells.mean(1, keepdims=True), DIM))
    return lit.reshape(pictures.shape)


def _standard(pictures: Pictures) -> Pictures:
    cells = pictures.reshape(len(pictures), -1, CHANNELS)
    flat = (cells - cells.mean(1, keepdims=True)).reshape(len(pictures), -1)
    standard: Pictures = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3)
    return standard
