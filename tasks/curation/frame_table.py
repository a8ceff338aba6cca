"""What the one decode of a film leaves behind: a row of numbers and a tiny picture per frame.

Boundaries and scores are decided from these alone, so a threshold changes without decoding again.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pegbar.errors import IntegrityError
from pegbar.media import Frame

Pixels = npt.NDArray[np.uint8]
Column = npt.NDArray[np.float64]
Thumbnails = npt.NDArray[np.uint8]
Columns = dict[str, npt.NDArray[Any]]

THUMBNAIL_SIDE = 16
CHANNELS = 3
NUM_CELLS = THUMBNAIL_SIDE * THUMBNAIL_SIDE
THUMBNAIL_BYTES = NUM_CELLS * CHANNELS
BYTES = {"detail": NUM_CELLS, "thumbnails": THUMBNAIL_BYTES}  # columns of so many bytes a frame; the rest are numbers


@dataclass(frozen=True)
class Glimpse:
    """One frame as the survey sees it: `small` is RGB, shape (height, width, 3), its longer side the analysis side."""

    frame: Frame
    small: Pixels

    @property
    def index(self) -> int:
        """The frame's number, in presentation order."""
        return self.frame.index

    @property
    def seconds(self) -> float:
        """The frame's film time."""
        return self.frame.seconds


class FrameScorer(Protocol):
    """Whatever measures every frame of a decode that is under way: one value per frame and column."""

    def accept(self, glimpse: Glimpse) -> None:
        """Look at one frame; called once per frame, in order."""

    def columns(self) -> Columns:
        """Return columns of `FrameTable` by name, once the film has ended."""


@dataclass(frozen=True)
class FrameTable:
    """One row per frame; arrays of shape (n,), thumbnails of shape (n, 768): 16x16 RGB.

    Args:
        seconds: film time.
        content: ContentDetector's score. adaptive: AdaptiveDetector's ratio. histogram: HistogramDetector's
            difference. luma: what ThresholdDetector compares. All as PySceneDetect 0.7.2 computes them.
        detail: root of the mean squared brightness step from pixel to pixel in each cell of the thumbnail, shape
            (n, 256) of uint8, 255 at most; a mix of two pictures loses it.
        change: mean absolute difference from the frame before, 8-bit RGB; 0 for the first.
        change_peak: the same in the block that changes most: a blink counts, coding noise does not.
        motion: how far the picture moves from one frame to the next, as a share of its longer side; NaN
            where it was not measured.
        transnet: TransNetV2's probability that a shot ends here; NaN where the model was not asked.
    """

    seconds: Column
    content: Column
    adaptive: Column
    histogram: Column
    luma: Column
    detail: Thumbnails
    change: Column
    change_peak: Column
    motion: Column
    transnet: Column
    thumbnails: Thumbnails

    @property
    def num_frames(self) -> int:
        """How many frames were decoded."""
        return len(self.seconds)

    def write(self, path: Path) -> None:
        """Write the table as Parquet; equal tables give equal bytes."""
        arrays = {name: _arrow(getattr(self, name)) for name in _numbers()}
        for name, size in BYTES.items():
            arrays[name] = pa.FixedSizeListArray.from_arrays(_arrow(getattr(self, name).reshape(-1)), size)
        pq.write_table(pa.table(arrays), path, compression="zstd", use_dictionary=False, store_schema=True)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table.

        Raises:
            IntegrityError: the file is not one.
        """
        try:
            table = pq.read_table(path, use_threads=False)
            numbers = {name: table.column(name).to_numpy() for name in _numbers()}
            pictures = {
                name: table.column(name).combine_chunks().flatten().to_numpy().reshape(-1, size)
                for name, size in BYTES.items()
            }
        except (pa.ArrowException, OSError, KeyError, AttributeError, ValueError) as error:
            raise IntegrityError(
                f"{path.name} is no table of frames: {error}", remedy="pegbar resume", subject=str(path)
            ) from error
        return cls(**numbers, **pictures)


def _arrow(values: npt.NDArray[Any]) -> pa.Array:
    """Return numbers as they lie in memory; `pa.array` would import pandas, 0.3 s in every survey."""
    plain = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(plain.dtype), len(plain), [None, pa.py_buffer(plain)])


def _numbers() -> tuple[str, ...]:
    return tuple(field.name for field in fields(FrameTable) if field.name not in BYTES)
