"""What a voice detector does: say of every 32 ms of sound how surely somebody speaks in it."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from pegbar.errors import InputError

SAMPLE_RATE = 16_000
WINDOW_SAMPLES = 512  # 32 ms
Samples = npt.NDArray[np.float32]


class VoiceDetector(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def voice(self, samples: Samples) -> Samples:
        """Return one probability, 0 to 1, for every window of `WINDOW_SAMPLES`; a last part of a window counts as one.

        Args:
            samples: float32 of shape (n,), mono at `SAMPLE_RATE`, in -1..1.

        Raises:
            InputError: samples of another type or shape, or that are not finite.
        """
        ...


def windows_of(samples: Samples) -> Samples:
    """Return the sound as windows, shape (number of windows, `WINDOW_SAMPLES`), the last filled up with silence.

    Raises:
        InputError: see `VoiceDetector.voice`.
    """
    remedy = f"give float32 samples of shape (n,), mono at {SAMPLE_RATE} Hz"
    if samples.ndim != 1 or samples.dtype != np.float32:
        raise InputError(f"cannot hear {samples.dtype} of shape {samples.shape}", remedy=remedy)
    if not np.isfinite(samples).all():
        raise InputError("cannot hear samples that are not finite", remedy=remedy)
    num_windows = -(-len(samples) // WINDOW_SAMPLES)
    return np.pad(samples, (0, num_windows * WINDOW_SAMPLES - len(samples))).reshape(num_windows, WINDOW_SAMPLES)
