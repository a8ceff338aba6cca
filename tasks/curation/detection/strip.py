"""A film as a strip of thumbnails, and how alike two pictures of it are."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from tasks.curation.frame_table import CHANNELS, THUMBNAIL_SIDE, Column, FrameTable, Thumbnails

Pictures = npt.NDArray[np.float32]

ROUNDING_SECONDS = 1e-6
MIN_LIVING_SPREAD = 1.5  # of 8-bit values over the film: less is a black bar or an empty margin
MIN_LIVING_SHARE = 0.25  # fewer cells left than this, and all of them count: the film is still
LIGHT, DIM = np.float32(100), np.float32(8)
LOW_ROW = 12  # of a thumbnail, from which on there may be subtitles too few to tell
WORD_ROW = 10  # the first that words of two lines above a bar reach
WORD_COLUMNS = slice(THUMBNAIL_SIDE // 4, -THUMBNAIL_SIDE // 4)  # those that every subtitle takes
WORD_QUANTILE = 0.75  # of a row's detail over the film: words that stand for a quarter of it count
MIN_WORD_DETAIL = 1.5  # times that of the picture's rows
FLATTEST_SHARE = (0.1, 0.9)  # of its values; a logo on a blank picture lies outside


@dataclass(frozen=True)
class Strip:
    """Thumbnails without the cells that show no picture: black bars, subtitles, margins that never change.

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
        lives = _picture_cells(pictures, table.detail)
        pictures = np.ascontiguousarray(pictures[:, lives])
        rows, columns = np.divmod(np.flatnonzero(lives), THUMBNAIL_SIDE)
        low, high = np.quantile(pictures[:, rows < LOW_ROW], FLATTEST_SHARE, axis=1)
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


def _picture_cells(pictures: Pictures, detail: Thumbnails) -> npt.NDArray[np.bool_]:
    """Tell which cells show the picture: no bars, no subtitles, no margin that never changes."""
    grid = (pictures.std(0).max(-1) >= MIN_LIVING_SPREAD).reshape(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    cells = np.zeros_like(grid)
    if grid.any():
        rows, columns = _between_bars(grid.any(1)), _between_bars(grid.any(0))
        cells[rows, columns] = grid[rows, columns]
    if cells.any():
        cells[_first_word_row(detail, rows) :] = False
    return cells.reshape(-1) if cells.mean() >= MIN_LIVING_SHARE else np.ones(grid.size, bool)


def _between_bars(lives: npt.NDArray[np.bool_]) -> slice:
    """Return the lines between two bars, which are equally wide; their edges lie within a line."""
    alive = np.flatnonzero(lives)
    bar = int(max(alive[0], len(lives) - 1 - alive[-1]))
    return slice(bar + 1, len(lives) - bar - 1) if bar else slice(0, len(lives))


def _first_word_row(detail: Thumbnails, rows: slice) -> int:
    """Return the row in which subtitles begin; they are far more detailed than the picture."""
    middle = detail.reshape(-1, THUMBNAIL_SIDE, THUMBNAIL_SIDE)[:, :, WORD_COLUMNS].mean(2)
    usual = np.quantile(middle, WORD_QUANTILE, axis=0)
    has_words = usual >= MIN_WORD_DETAIL * np.median(usual[rows.start : WORD_ROW])
    has_words[:WORD_ROW] = False
    has_words[rows.stop : rows.stop + 1] = False  # a bar's edge
    return int(has_words.argmax()) - 1 if has_words.any() else THUMBNAIL_SIDE


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
