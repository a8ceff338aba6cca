"""A film's mono sound into the numbers of its rows: how loud, who speaks, what plays, what begins and what changes."""

import numpy as np
import numpy.typing as npt

from models.voice_detectors import Samples, VoiceDetector
from tasks.curation.sound.music import MusicConfig, by_row, music_of, partials_of
from tasks.curation.sound.spectrum import Array, glances
from tasks.curation.sound.table import ROW_SAMPLES, ROW_SECONDS, WINDOWS_A_ROW, SoundTable

SILENCE_DB = -120.0
CHANGE_SECONDS = 1.0
DIGITS = 4  # the last bits of a spectrum differ between processors


def analysed(mono: Samples, peak: Array, clipped: Array, detector: VoiceDetector, config: MusicConfig) -> SoundTable:
    """Return the rows of a mono sound at 16 kHz whose peaks and clipped shares are known."""
    voice = detector.voice(mono)
    partials, bands, flatness, pitch = [], [], [], []
    for glance in glances(mono):
        partials.append(partials_of(glance.decibels, config))
        bands.append(glance.bands)
        flatness.append(glance.flatness)
        pitch.append(glance.pitch_hertz)
    band = np.concatenate(bands)
    rises = np.maximum(np.diff(band, axis=0, prepend=band[:1]), 0).mean(axis=1)
    starts = np.arange(0, len(mono), ROW_SAMPLES)
    power = np.add.reduceat(mono.astype(np.float64) ** 2, starts) / np.diff(np.append(starts, len(mono)))
    measured = {
        "loudness_db": np.maximum(10 * np.log10(np.maximum(power, 1e-20)), SILENCE_DB).astype(np.float32),
        "voice": by_row(voice[:, None], WINDOWS_A_ROW)[:, 0],
        "music": music_of(np.concatenate(partials), voice, WINDOWS_A_ROW, config),
        "onset": np.maximum.reduceat(rises, np.arange(0, len(rises), WINDOWS_A_ROW)),
        "flatness": by_row(np.concatenate(flatness)[:, None], WINDOWS_A_ROW)[:, 0],
        "pitch_hertz": np.concatenate(pitch)[_loudest(band)],
        "change": _change(by_row(band, WINDOWS_A_ROW)),
    }
    return SoundTable(peak, clipped, **{name: np.round(values, DIGITS) for name, values in measured.items()})


def _loudest(bands: Array) -> npt.NDArray[np.int64]:
    """Return the number of each row's loudest window."""
    loud = bands.sum(axis=1)
    starts = np.arange(0, len(loud), WINDOWS_A_ROW)
    return np.array([start + int(loud[start : start + WINDOWS_A_ROW].argmax()) for start in starts], np.int64)


def _change(bands: Array) -> Array:
    """Return how unlike the second before the start of each row and the second from it on are."""
    reach = round(CHANGE_SECONDS / ROW_SECONDS)
    sums = np.concatenate((np.zeros((1, bands.shape[1])), bands.cumsum(axis=0, dtype=np.float64)))
    places = np.arange(len(bands))
    before, after = np.maximum(places - reach, 0), np.minimum(places + reach, len(bands))
    past = (sums[places] - sums[before]) / np.maximum(places - before, 1)[:, None]
    to_come = (sums[after] - sums[places]) / (after - places)[:, None]
    change = np.sqrt(((to_come - past) ** 2).mean(axis=1))
    change[:1] = 0.0  # nothing is before the first
    return np.asarray(change, np.float32)
