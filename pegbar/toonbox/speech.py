"""Talk without words: syllables sung by a throat of harmonics through formants."""

import random
from functools import lru_cache

import numpy as np

from pegbar.toonbox.identity import Identity
from pegbar.toonbox.noises import Samples, add, soft_noise

# formants of five vowels in hertz, for a grown-up (Peterson and Barney, 1952, rounded)
VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
BANDWIDTHS, LOUDNESS = (90.0, 110.0, 170.0), (1.0, 0.6, 0.3)
SMALL_THROAT = 1.05  # a cartoon's formants are higher than a grown-up's
PITCHES = (120.0, 230.0)  # hertz
HIGHEST = 4200.0  # hertz; no harmonic is above
SYLLABLE_SECONDS = 0.17


def pitch_of(identity: Identity) -> float:
    """Return the pitch at which a character talks, in hertz; small ones talk higher."""
    low, high = PITCHES
    pitch = low + (high - low) * (identity.index * 37 % 101) / 101
    return pitch * (1.15 if identity.build == "tiny" else 1.0)


def speak(track: Samples, moments: list[float], pitch: float, source: random.Random, rate: int, volume: float) -> None:
    """Mix a syllable into the track at every moment (seconds); the pitch falls along a phrase."""
    fall = 1.0
    for index, moment in enumerate(moments):
        is_new_phrase = index == 0 or moment - moments[index - 1] > 0.3
        fall = 1.08 if is_new_phrase else max(0.86, fall - 0.04)
        first, second = source.randrange(len(VOWELS)), source.randrange(len(VOWELS))
        glide = source.uniform(-0.06, 0.1)
        voiced = _syllable(round(pitch * fall), round(glide, 2), first, second, rate)
        hiss = source.random()
        if hiss < 0.45:  # a consonant before the vowel
            length = int(rate * (0.02 if hiss < 0.25 else 0.05))
            add(
                track,
                soft_noise(length, 3, 1 + round(hiss * 20)) * np.hanning(length),
                moment - 0.02,
                rate,
                volume * 0.6,
            )
        add(track, voiced, moment, rate, volume)


@lru_cache(maxsize=512)
def _syllable(pitch: int, glide: float, first: int, second: int, rate: int) -> Samples:
    time = np.arange(int(SYLLABLE_SECONDS * rate)) / rate
    share = time / SYLLABLE_SECONDS
    hertz = pitch * (1.0 + glide * share + 0.012 * np.sin(2 * np.pi * 5.5 * time))
    turns = 2 * np.pi * np.cumsum(hertz) / rate
    moving = share * share * (3.0 - 2.0 * share)
    voice = np.zeros_like(time)
    for number in range(1, int(HIGHEST / pitch) + 1):
        begins, ends = (_resonance(number * pitch, vowel) for vowel in (first, second))
        voice += (begins + (ends - begins) * moving) / number**0.5 * np.sin(number * turns)
    swell = np.minimum(1.0, time / 0.025) * np.minimum(1.0, (SYLLABLE_SECONDS - time) / 0.05)
    return np.asarray(voice * swell, np.float64)


def _resonance(hertz: float, vowel: int) -> float:
    return sum(
        loud / (1.0 + ((hertz - SMALL_THROAT * formant) / width) ** 2)
        for formant, width, loud in zip(VOWELS[vowel], BANDWIDTHS, LOUDNESS, strict=True)
    )
