"""How much a sound is music: partials that keep their pitch, note after note, while nobody speaks.

The measure is continuous frequency activation (Seyerlehner, Pohle, Schedl and Widmer, "Automatic music detection in
television productions", DAFx 2007): music draws level lines into a spectrum, because notes keep their pitch and come
back; a voice's partials glide, and what knocks, rushes or bangs has none. Three things are ours: only local maxima of
the spectrum count, which a glide does not keep in one bin; a line must last; and windows count the less, the more
surely somebody speaks in them, so that a voice held level is not taken for a tune.

A drone of many partials that hardly moves (an even motor), and one piece of metal struck again and again, are music to
it; a lone whistle is not.
"""

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.voice_detectors import Samples
from pegbar.config import Config
from tasks.curation.sound.spectrum import BIN_HERTZ, Array

Mask = npt.NDArray[np.uint8]
LEAST_SILENCE = 1e-6  # share of unspoken time under which nothing can be said


class MusicConfig(Config):
    """How lines are found and added up.

    Args:
        lowest_hertz, highest_hertz: where partials are looked for.
        min_rise_db: of a partial over the mean of the `span_bins` bins around it.
        min_level_db: of a partial; 0 dB is a sine at full scale.
        min_windows: how long a line lasts, in windows of 32 ms; odd.
        span_rows: over how many rows (96 ms) lines are added up; odd.
        num_peaks: how many of the strongest lines count.
        valley_bins: how far to both sides a line is compared with what is beside it.
    """

    version: int = Field(default=1, ge=1)
    lowest_hertz: float = Field(default=100.0, ge=0)
    highest_hertz: float = Field(default=2000.0, gt=0)
    min_rise_db: float = Field(default=8.0, gt=0)
    span_bins: int = Field(default=21, ge=3)
    min_level_db: float = -60.0
    min_windows: int = Field(default=5, ge=1)
    span_rows: int = Field(default=51, ge=1)
    num_peaks: int = Field(default=10, ge=1)
    valley_bins: int = Field(default=4, ge=1)


def partials_of(decibels: Array, config: MusicConfig) -> Mask:
    """Return 1 where a window has a partial or is just below one, shape (n, bins between the two limits)."""
    mean = cv2.blur(decibels, (config.span_bins, 1), borderType=cv2.BORDER_REPLICATE)
    peaks = (decibels - mean > config.min_rise_db) & (decibels > config.min_level_db)
    peaks[:, 1:-1] &= (decibels[:, 1:-1] >= decibels[:, :-2]) & (decibels[:, 1:-1] >= decibels[:, 2:])
    peaks[:, :-1] |= peaks[:, 1:]  # a pitch between two bins falls now into the one, now into the other
    low, high = (round(hertz / BIN_HERTZ) for hertz in (config.lowest_hertz, config.highest_hertz))
    return np.asarray(peaks[:, low:high], np.uint8)


def music_of(partials: Mask, voice: Samples, windows_a_row: int, config: MusicConfig) -> Array:
    """Return the measure for every row of windows: the added heights of its strongest lines, 0 to `num_peaks`.

    Args:
        partials: a whole film's, shape (n, bins). voice: probability of speech, shape (n,).
        windows_a_row: how many windows make a row; a last part of one counts as one.
    """
    lines = cv2.morphologyEx(partials, cv2.MORPH_OPEN, np.ones((config.min_windows, 1), np.uint8))
    unspoken = 1.0 - voice
    weighted = by_row(lines * unspoken[:, None], windows_a_row)
    weights = by_row(unspoken[:, None], windows_a_row)
    spanned, all_weights = (
        cv2.blur(part, (1, config.span_rows), borderType=cv2.BORDER_REPLICATE).reshape(part.shape)
        for part in (weighted, weights)
    )
    return _height(spanned / np.maximum(all_weights, LEAST_SILENCE), config)


def by_row(windows: Array, windows_a_row: int) -> Array:
    """Return the mean of `windows_a_row` windows; windows of shape (n, m)."""
    starts = np.arange(0, len(windows), windows_a_row)
    counts = np.diff(np.append(starts, len(windows)))
    return np.asarray(np.add.reduceat(windows, starts, axis=0) / counts[:, None], np.float32)


def _height(activation: Array, config: MusicConfig) -> Array:
    """Return the sum of the strongest peaks of each row, each measured from the higher of its two valleys."""
    far, width = config.valley_bins, activation.shape[1]
    padded = np.pad(activation, ((0, 0), (far, far)), mode="edge")
    shifted = [padded[:, step : step + width] for step in range(2 * far + 1)]
    left, right = np.minimum.reduce(shifted[:far]), np.minimum.reduce(shifted[far + 1 :])
    is_peak = (activation >= shifted[far - 1]) & (activation > shifted[far + 1])
    heights = np.where(is_peak, activation - np.maximum(left, right), 0.0)
    strongest = np.partition(heights, -config.num_peaks, axis=1)[:, -config.num_peaks :]
    return np.asarray(strongest.sum(axis=1), np.float32)
