"""What listening to a film leaves behind: a row of numbers for every 96 ms of its sound."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.voice_detectors import SAMPLE_RATE, WINDOW_SAMPLES
from pegbar.errors import IntegrityError
from tasks.curation.sound.spectrum import Array

WINDOWS_A_ROW = 3
ROW_SAMPLES = WINDOWS_A_ROW * WINDOW_SAMPLES
ROW_SECONDS = ROW_SAMPLES / SAMPLE_RATE  # 0.096


@dataclass(frozen=True)
class SoundTable:
    """One row for every `ROW_SECONDS` of film time from 0; float32 arrays of shape (n,). 0 dB is full scale.

    Args:
        peak: largest absolute sample of any channel, at the sound's own rate; over 1 where a player clips.
        clipped: share of samples at or over full scale, in the channel that has most.
        loudness_db: root mean square of the channels' mean.
        voice: probability that somebody speaks.
        music: what `music_of` returns, from the seconds around.
        onset: rise of the sound from one window to the next, mean over its bands, in dB; the largest of the row.
        flatness: 0 for a tone to 1 for noise. pitch_hertz: of the strongest partial.
        change: how unlike the second before and the second after are: root mean square over the bands, in dB.
    """

    peak: Array
    clipped: Array
    loudness_db: Array
    voice: Array
    music: Array
    onset: Array
    flatness: Array
    pitch_hertz: Array
    change: Array

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return len(self.peak)

    def between(self, start_seconds: float, end_seconds: float) -> Self:
        """Return the rows whose middle lies in a stretch of film time."""
        first, last = (max(0, round(seconds / ROW_SECONDS)) for seconds in (start_seconds, end_seconds))
        return type(self)(**{name: getattr(self, name)[first:last] for name in _names()})

    def write(self, path: Path) -> None:
        """Write the table as Parquet; equal tables give equal bytes."""
        columns = {name: pa.array(getattr(self, name), pa.float32()) for name in _names()}
        pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table.

        Raises:
            IntegrityError: the file is not one.
        """
        try:
            table = pq.read_table(path, use_threads=False)
            return cls(**{name: table.column(name).to_numpy() for name in _names()})
        except (pa.ArrowException, OSError, KeyError) as error:
            raise IntegrityError(
                f"{path.name} is no table of sound: {error}", remedy="pegbar resume", subject=str(path)
            ) from error

    @classmethod
    def empty(cls) -> Self:
        """Return the table of a film without sound."""
        return cls(**{name: np.zeros(0, np.float32) for name in _names()})


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(SoundTable))
