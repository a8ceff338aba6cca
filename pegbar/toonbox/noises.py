"""Sound effects made of sines, decays and seeded noise. Samples are float64 in about -1..1."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
Noise = Literal["boing", "whoosh", "chime", "step", "thud", "pop", "thunder", "door"]
NOISES: tuple[Noise, ...] = get_args(Noise)


def noise_of(name: Noise, rate: int) -> Samples:
    """Return a sound effect at `rate` samples a second; always the same."""
    return _NOISES[name](rate)


def bell(hertz: float, seconds: float, rate: int) -> Samples:
    """Return a struck bell, which dies away."""
    return toned(hertz, seconds, rate, ((1.0, 1.0), (2.0, 0.28), (3.0, 0.16), (6.0, 0.04)), 4.5)


def toned(hertz: float, seconds: float, rate: int, partials: tuple[tuple[float, float], ...], decay: float) -> Samples:
    """Return a tone of (multiple of the pitch, loudness) partials with a soft start and end."""
    time = _time(seconds, rate)
    tone = sum(share * np.sin(2 * np.pi * hertz * factor * time) for factor, share in partials)
    attack = np.minimum(1.0, time / 0.006)
    release = np.minimum(1.0, (time[-1] - time) / 0.03)
    return np.asarray(tone * np.exp(-decay * time) * attack * release, np.float64)


def add(track: Samples, sound: Samples, seconds: float, rate: int, volume: float) -> None:
    """Mix a sound into a track; what does not fit is left out."""
    start = int(max(0.0, seconds) * rate)
    count = min(len(sound), len(track) - start)
    if count > 0:
        track[start : start + count] += sound[:count] * volume


def soft_noise(length: int, width: int, seed: int) -> Samples:
    """Return noise without what is higher than about rate / `width`."""
    kernel = np.hanning(width + 2) / np.hanning(width + 2).sum()
    rough = np.random.default_rng(seed).random(length) - 0.5
    return np.asarray(np.convolve(rough, kernel, mode="same"), np.float64)


def _time(seconds: float, rate: int) -> Samples:
    return np.arange(max(1, int(seconds * rate))) / rate


def _boing(rate: int) -> Samples:
    """A tone that springs upwards and wobbles: a jump."""
    time = _time(0.42, rate)
    pitch = 190 + 330 * time / 0.42 + 36 * np.sin(2 * np.pi * 17 * time)
    turns = 2 * np.pi * np.cumsum(pitch) / rate
    return np.asarray((np.sin(turns) + 0.35 * np.sin(2 * turns)) * np.exp(-6 * time), np.float64)


def _chime(rate: int) -> Samples:
    """A rising run of small bells: a picture that melts into another."""
    track = np.zeros(int(1.4 * rate))
    for index, step in enumerate((0, 2, 4, 7, 9, 12)):
        add(track, bell(1046.5 * 2 ** (step / 12), 0.9, rate), index * 0.07, rate, 0.5)
    return track


def _whoosh(rate: int) -> Samples:
    """A breath of soft noise: something turns or flies by."""
    length = int(0.6 * rate)
    swell = np.sin(np.pi * np.arange(length) / length) ** 2
    return np.asarray(4.0 * soft_noise(length, 41 * rate // 22_050, 7) * swell, np.float64)


def _step(rate: int) -> Samples:
    """A light footfall."""
    time = _time(0.09, rate)
    tap = np.sin(2 * np.pi * 150 * time) + 3.0 * soft_noise(len(time), 9, 3)
    return np.asarray(tap * np.exp(-55 * time), np.float64)


def _thud(rate: int) -> Samples:
    """Something heavy lands."""
    time = _time(0.5, rate)
    turns = 2 * np.pi * np.cumsum(46 + 60 * np.exp(-22 * time)) / rate
    return np.asarray(np.sin(turns) * np.exp(-9 * time) + 2.0 * soft_noise(len(time), 60, 5) * np.exp(-30 * time))


def _pop(rate: int) -> Samples:
    """A cork: short and rising."""
    time = _time(0.11, rate)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(320 + 5200 * time) / rate) * np.exp(-32 * time))


def _thunder(rate: int) -> Samples:
    """A crack, then a low roll."""
    time = _time(1.5, rate)
    roll = 9.0 * soft_noise(len(time), 260 * rate // 22_050, 11) * np.exp(-2.2 * time)
    return np.asarray(roll + 1.5 * soft_noise(len(time), 12, 12) * np.exp(-18 * time))


def _door(rate: int) -> Samples:
    """Two knocks on wood and a latch."""
    time = _time(0.16, rate)
    knock = (np.sin(2 * np.pi * 128 * time) + 0.6 * np.sin(2 * np.pi * 310 * time)) * np.exp(-38 * time)
    track = np.zeros(int(0.6 * rate))
    for start, volume in ((0.0, 1.0), (0.17, 0.9)):
        add(track, np.asarray(knock), start, rate, volume)
    add(track, 4.0 * soft_noise(int(0.03 * rate), 5, 9), 0.4, rate, 0.5)
    return track


_NOISES: dict[Noise, Callable[[int], Samples]] = {
    "boing": _boing,
    "whoosh": _whoosh,
    "chime": _chime,
    "step": _step,
    "thud": _thud,
    "pop": _pop,
    "thunder": _thunder,
    "door": _door,
}
