"""Sound as a picture: its spectrum over time, a window at a time, and what can be read off a window by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.voice_detectors import SAMPLE_RATE, WINDOW_SAMPLES, Samples

FFT_SAMPLES = 2048  # 128 ms, a bin every 7.8 Hz
BIN_HERTZ = SAMPLE_RATE / FFT_SAMPLES
BLOCK_WINDOWS = 512  # looked at together: 16 s, 10 MB
FLOOR_DB = -80.0  # what is quieter counts as this quiet
BAND_EDGES_HERTZ = tuple(float(edge) for edge in np.geomspace(60.0, 8000.0, 25))
PITCH_HERTZ = (50.0, 5000.0)
Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Glance:
    """What windows of 32 ms look like; 0 dB is a sine at full scale.

    Args:
        decibels: shape (n, 1025), a bin every `BIN_HERTZ`, each window seen with 48 ms on both sides.
        bands: mean power of 24 bands, equally wide to the ear, in dB over `FLOOR_DB`; shape (n, 24).
        flatness: spectral flatness, shape (n,): 0 for a tone, towards 1 for white noise (geometric over arithmetic
            mean of the power).
        pitch_hertz: of the strongest bin, shape (n,).
    """

    decibels: Array
    bands: Array
    flatness: Array
    pitch_hertz: Array


def glances(samples: Samples) -> Iterator[Glance]:
    """Yield the spectrum of a mono sound at 16 kHz in blocks of windows, as many in all as a voice detector answers."""
    num_windows = -(-len(samples) // WINDOW_SAMPLES)
    margin = (FFT_SAMPLES - WINDOW_SAMPLES) // 2
    padded = np.pad(samples, (margin, margin + num_windows * WINDOW_SAMPLES - len(samples)))
    shape = np.hanning(FFT_SAMPLES).astype(np.float32)
    for start in range(0, num_windows, BLOCK_WINDOWS):
        stop = min(num_windows, start + BLOCK_WINDOWS)
        part = padded[start * WINDOW_SAMPLES : (stop - 1) * WINDOW_SAMPLES + FFT_SAMPLES]
        windows = np.lib.stride_tricks.sliding_window_view(part, FFT_SAMPLES)[::WINDOW_SAMPLES]
        amplitude = np.abs(np.fft.rfft(windows * shape, axis=1)) / (FFT_SAMPLES / 4)
        yield _glance(np.maximum(amplitude**2, 1e-14))


def _glance(power: npt.NDArray[np.float64]) -> Glance:
    decibels = 10 * np.log10(power)
    edges = (np.asarray(BAND_EDGES_HERTZ) / BIN_HERTZ).round().astype(int)
    bands = np.add.reduceat(power, edges, axis=1)[:, :-1] / np.diff(edges)
    low, high = (round(hertz / BIN_HERTZ) for hertz in PITCH_HERTZ)
    return Glance(
        decibels=decibels.astype(np.float32),
        bands=(np.maximum(10 * np.log10(bands), FLOOR_DB) - FLOOR_DB).astype(np.float32),
        flatness=(10 ** (decibels.mean(axis=1) / 10) / power.mean(axis=1)).astype(np.float32),
        pitch_hertz=((power[:, low:high].argmax(axis=1) + low) * BIN_HERTZ).astype(np.float32),
    )
