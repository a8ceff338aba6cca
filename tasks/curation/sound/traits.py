"""What a stretch of sound is like in a few numbers, for whoever puts it into words."""

import numpy as np
from pydantic import Field

from models.sound_annotators import SoundTraits
from pegbar.config import Config
from tasks.curation.sound.table import ROW_SECONDS, SoundTable


class TraitsConfig(Config):
    """What counts as sounding, as noise and as the beginning of a sound.

    Args:
        min_level_db: quieter rows do not sound.
        min_flatness: a flatter spectrum is noise rather than tone.
        min_onset_db: rise of a row's onset, mean over its bands. gap_seconds: the nearest two sounds begin.
    """

    min_level_db: float = -60.0
    min_flatness: float = Field(default=0.02, ge=0, le=1)
    min_onset_db: float = Field(default=3.0, gt=0)
    gap_seconds: float = Field(default=0.15, ge=0)


def traits_of(rows: SoundTable, config: TraitsConfig) -> SoundTraits | None:
    """Return the traits of a stretch's rows; None where nothing sounds."""
    sounding = rows.loudness_db >= config.min_level_db
    if not sounding.any():
        return None
    power = 10 ** (rows.loudness_db[sounding].astype(np.float64) / 10)
    return SoundTraits(
        pitch_hertz=round(float(np.median(rows.pitch_hertz[sounding])), 1),
        noise_share=round(float((rows.flatness[sounding] >= config.min_flatness).mean()), 4),
        loudness_db=round(float(10 * np.log10(power.mean())), 1),
        peak_db=round(float(20 * np.log10(rows.peak.max())), 1),
        onset_seconds=tuple(_onsets(rows, config)),
    )


def _onsets(rows: SoundTable, config: TraitsConfig) -> list[float]:
    """Return when sounds begin: the steepest row of every rise, the later of two that are too near left out."""
    found: list[float] = []
    rise = np.pad(rows.onset, 1)
    is_top = (rise[1:-1] >= rise[:-2]) & (rise[1:-1] > rise[2:])
    heard = rows.loudness_db >= config.min_level_db
    for place in np.flatnonzero(is_top & heard & (rows.onset >= config.min_onset_db)):
        seconds = round(float(place) * ROW_SECONDS, 3)
        if not found or seconds - found[-1] >= config.gap_seconds:
            found.append(seconds)
    return found
