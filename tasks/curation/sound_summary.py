"""What a film's sound is like, from its samples alone, a minute at a time."""

from pathlib import Path

import numpy as np

from pegbar.media import MediaInfo, MediaLimits, probe, read_audio
from tasks.curation.film_view import SoundSummary

PIECE_SECONDS = 60.0  # 23 MB of stereo at 48 kHz
SILENT_PEAK = 0.001  # -60 dBFS


def summarise_sound(path: Path, limits: MediaLimits = MediaLimits()) -> SoundSummary:  # noqa: B008 - frozen
    """Return the peak, and the share of the film's seconds whose own peak is below -60 dBFS.

    Raises:
        NotFoundError, HostileNameError, MediaError: see `probe` and `read_audio`.
    """
    info = probe(path, limits)
    if info.sample_rate is None:
        return SoundSummary(has_audio=False)
    starts = np.arange(0.0, info.duration_seconds, PIECE_SECONDS)
    peaks = np.concatenate([_peaks(path, info, info.sample_rate, float(start), limits) for start in starts])
    return SoundSummary(
        has_audio=True,
        peak=round(float(peaks.max()), 6),
        silent_share=round(float((peaks < SILENT_PEAK).mean()), 6),
    )


def _peaks(path: Path, info: MediaInfo, rate: int, start: float, limits: MediaLimits) -> np.ndarray:
    """Return the peak of every second of the piece that begins at `start`; a last part of a second counts as one."""
    end = min(start + PIECE_SECONDS, info.duration_seconds)
    track = read_audio(path, rate, start, end, limits=limits)
    if track is None or not track.samples.shape[1]:
        return np.zeros(1)
    loudest = np.abs(track.samples).max(axis=0)
    return np.maximum.reduceat(loudest, np.arange(0, len(loudest), rate))
