"""Music and effects synthesised otherwise than toonbox does, as a check that nothing hears toonbox alone.

Every function takes a generator of random numbers and seconds, and returns float64 samples at `RATE`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

RATE = 22_050
Sound = NDArray[np.float64]
Synth = Callable[[Generator, float], Sound]
MODES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 4, 7, 9),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 1, 4, 5, 7, 8, 10),
)


def time_of(seconds: float) -> Sound:
    return np.arange(int(seconds * RATE)) / RATE


def put(track: Sound, sound: Sound, seconds: float, volume: float = 1.0) -> None:
    """Mix a sound in; what does not fit is left out."""
    start = int(seconds * RATE)
    count = min(len(sound), len(track) - start)
    if count > 0:
        track[start : start + count] += volume * sound[:count]


def blank(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE))


def turns(hertz: Any) -> Sound:
    return np.asarray(2 * np.pi * np.cumsum(hertz) / RATE)


def mode_of(random: Generator) -> Callable[[int], float]:
    """Return the pitch of each step of a scale."""
    mode, root = MODES[random.integers(len(MODES))], int(random.integers(48, 60))
    return lambda step: float(440 * 2 ** ((root + 12 * (step // len(mode)) + mode[step % len(mode)] - 69) / 12))


def plucked(random: Generator, seconds: float) -> Sound:
    """Arpeggios on strings (Karplus and Strong, 1983)."""
    track, pitch, beat = blank(seconds), mode_of(random), 60 / random.uniform(70, 160)
    pattern, root = random.permutation([0, 2, 4, 6, 7, 4, 2, 9]), 0

    def string(hertz: float, length: float) -> Sound:
        period = int(RATE / hertz)
        pluck = blank(length)
        pluck[:period] = random.uniform(-1, 1, period)
        feedback = np.zeros(period + 2)
        feedback[0], feedback[period:] = 1, -0.498
        return np.asarray(lfilter([1], feedback, pluck))

    for index in range(int(2 * seconds / beat)):
        if index % 8 == 0:
            root = int(random.choice([0, 3, 4, 5]))
        put(track, string(pitch(root + int(pattern[index % 8])), 1.2), index * beat / 2, 0.4)
        if index % 4 == 3:
            put(track, string(pitch(root) / 2, 2.0), index * beat / 2, 0.5)
    return track


def bowed(random: Generator, seconds: float) -> Sound:
    """Held chords with vibrato."""
    track, pitch, moment = blank(seconds), mode_of(random), 0.0
    while moment < seconds:
        length, root = random.uniform(1.5, 4.0), int(random.integers(0, 7))
        time = time_of(length + 0.4)
        swell = np.minimum(1, time / 0.3) * np.minimum(1, (length + 0.4 - time) / 0.4)
        for step in (0, 2, 4, 7):
            turn = turns(pitch(root + step) * (1 + 0.004 * np.sin(2 * np.pi * 5 * time + step)))
            put(track, swell * sum(np.sin(n * turn) / n**1.3 for n in range(1, 7)), moment, 0.1)
        moment += length
    return track


def band(random: Generator, seconds: float) -> Sound:
    """An electric piano (frequency modulation), bass and drums."""
    track, pitch, beat, step = blank(seconds), mode_of(random), 60 / random.uniform(90, 150), 3
    for index in range(int(2 * seconds / beat)):
        moment, time = index * beat / 2, time_of(0.5)
        step = max(0, min(16, step + int(random.integers(-2, 3))))
        turn = 2 * np.pi * pitch(step) * time
        put(track, np.sin(turn + 3 * np.exp(-4 * time) * np.sin(2 * turn)) * np.exp(-4 * time), moment, 0.35)
        if index % 2 == 0:
            time = time_of(0.2)
            put(track, np.sin(turns(50 + 100 * np.exp(-30 * time))) * np.exp(-12 * time), moment, 0.7)
        time = time_of(0.06)
        put(track, random.normal(0, 1, len(time)) * np.exp(-60 * time), moment + beat / 4, 0.15)
        if index % 4 == 2:
            time = time_of(0.15)
            put(track, random.normal(0, 1, len(time)) * np.exp(-25 * time), moment, 0.2)
        time = time_of(beat)
        low = np.sign(np.sin(2 * np.pi * pitch(index // 8 % 4) / 2 * time))
        put(track, low * np.minimum(1, (beat - time) / 0.05), moment, 0.08)
    return track


def chip(random: Generator, seconds: float) -> Sound:
    """A tune of square and triangle waves."""
    track, pitch, beat, moment, step = blank(seconds), mode_of(random), 60 / random.uniform(100, 180), 0.0, 7
    while moment < seconds:
        length = beat * random.choice([0.5, 0.5, 1.0, 1.5])
        step = int(np.clip(step + random.integers(-3, 4), 0, 16))
        time = time_of(length * 0.9)
        put(track, np.sign(np.sin(2 * np.pi * pitch(step) * time)) * np.exp(-2 * time), moment, 0.25)
        time = time_of(length)
        put(track, np.abs((pitch(step // 4) / 2 * time) % 1 - 0.5) * 4 - 1, moment, 0.2)
        moment += length
    return track


def rain(random: Generator, seconds: float) -> Sound:
    track, drop = 0.1 * random.normal(0, 1, int(seconds * RATE)), np.exp(-np.arange(120) / 30)
    for _ in range(int(30 * seconds)):
        put(track, random.normal(0, 1, 120) * drop, random.uniform(0, seconds), 0.4)
    return track


def wind(random: Generator, seconds: float) -> Sound:
    places = np.arange(0, seconds + 1, 0.7)
    gusts = np.interp(time_of(seconds), places, random.uniform(0.2, 1, len(places)))
    return np.asarray(filtered(random.normal(0, 1, len(gusts)), (200, 900)) * gusts)


def engine(random: Generator, seconds: float) -> Sound:
    """A motor that is never quite even."""
    places = np.arange(0, seconds + 1, 0.4)
    hertz = np.interp(
        time_of(seconds), places, random.uniform(35, 110) * np.cumprod(random.uniform(0.88, 1.13, len(places)))
    )
    turn = turns(hertz * (1 + 0.02 * random.normal(0, 1, len(hertz))))
    return 0.2 * sum(np.sin(n * turn) / n**0.7 for n in range(1, 20)) + 0.05 * random.normal(0, 1, len(hertz))


def siren(random: Generator, seconds: float) -> Sound:
    time = time_of(seconds)
    turn = turns(700 + 300 * np.sin(2 * np.pi * random.uniform(0.2, 0.6) * time))
    return 0.4 * np.sin(turn) + 0.1 * np.sin(3 * turn)


def alarm(random: Generator, seconds: float) -> Sound:
    time, hertz = time_of(seconds), random.uniform(700, 2500)
    tone = sum(np.sin(2 * np.pi * n * hertz * time) / n for n in range(1, int(RATE / 2 / hertz) + 1, 2))
    return np.asarray(0.4 * tone * ((time * random.uniform(1.5, 5)) % 1 < 0.5))


def telephone(random: Generator, seconds: float) -> Sound:
    time, hertz = time_of(seconds), random.uniform(400, 900)
    tone = np.sin(2 * np.pi * hertz * time) + np.sin(2 * np.pi * hertz * 1.25 * time)
    return np.asarray(0.4 * tone * ((time * 12) % 1 < 0.6) * ((time % 3) < 1.5))


def birds(random: Generator, seconds: float) -> Sound:
    track, moment = blank(seconds), 0.0
    while moment < seconds:
        time, hertz = time_of(random.uniform(0.05, 0.25)), random.uniform(2000, 5000)
        bend = random.uniform(-0.4, 0.4) * time / time[-1] + 0.08 * np.sin(2 * np.pi * random.uniform(8, 30) * time)
        put(track, np.sin(turns(hertz * (1 + bend))) * np.sin(np.pi * time / time[-1]), moment, 0.4)
        moment += random.uniform(0.1, 0.8)
    return track


def dog(random: Generator, seconds: float) -> Sound:
    track, moment, time = blank(seconds), 0.2, time_of(0.25)
    while moment < seconds:
        turn = turns(random.uniform(250, 400) * (1 + 0.5 * np.sin(np.pi * time / 0.25)))
        bark = sum(np.sin(n * turn) / n for n in range(1, 12)) + 0.5 * random.normal(0, 1, len(time))
        put(track, bark * np.sin(np.pi * time / 0.25) ** 0.5, moment, 0.3)
        moment += random.uniform(0.35, 1.2)
    return track


def footsteps(random: Generator, seconds: float) -> Sound:
    track, moment, gap, cutoff = blank(seconds), 0.1, random.uniform(0.3, 0.6), random.uniform(300, 1500)
    time = time_of(0.1)
    while moment < seconds:
        put(track, filtered(random.normal(0, 1, len(time)), cutoff) * np.exp(-40 * time), moment)
        moment += gap * random.uniform(0.95, 1.05)
    return track


def clang(random: Generator, seconds: float) -> Sound:
    """The same piece of metal, struck again and again."""
    track, moment, partials, time = blank(seconds), 0.1, random.uniform(400, 4500, 7), time_of(0.8)
    while moment < seconds:
        struck = sum(np.sin(2 * np.pi * hertz * time) * np.exp(-time * random.uniform(4, 14)) for hertz in partials)
        put(track, np.asarray(struck), moment, 0.12)
        moment += random.uniform(0.4, 1.4)
    return track


def glass(random: Generator, seconds: float) -> Sound:
    track, moment, time = blank(seconds), 0.1, time_of(0.2)
    while moment < seconds:
        for _ in range(25):
            shard = np.sin(2 * np.pi * random.uniform(2000, 9000) * time) * np.exp(-time * random.uniform(20, 60))
            put(track, shard, moment + random.exponential(0.15), 0.15)
        moment += random.uniform(1.5, 3)
    return track


def bubbles(random: Generator, seconds: float) -> Sound:
    track, moment, time = blank(seconds), 0.0, time_of(0.06)
    while moment < seconds:
        put(track, np.sin(turns(random.uniform(300, 1500) * (1 + 8 * time))) * np.exp(-50 * time), moment, 0.5)
        moment += random.exponential(0.08)
    return track


def clock(random: Generator, seconds: float) -> Sound:
    track, time, high = blank(seconds), time_of(0.03), random.uniform(2000, 3000)
    for index, moment in enumerate(np.arange(0.1, seconds, 0.5)):
        put(
            track,
            np.sin(2 * np.pi * high * (1 if index % 2 else 0.84) * time) * np.exp(-150 * time),
            float(moment),
            0.6,
        )
    return track


def filtered(noise: Sound, hertz: float | tuple[float, float]) -> Sound:
    """Return noise below a frequency, or between two."""
    kind = "band" if isinstance(hertz, tuple) else "low"
    return np.asarray(sosfilt(butter(2, np.asarray(hertz) / (RATE / 2), kind, output="sos"), noise))


MUSIC: dict[str, Synth] = {"plucked": plucked, "bowed": bowed, "band": band, "chip": chip}
EFFECTS: dict[str, Synth] = {
    "rain": rain, "wind": wind, "engine": engine, "siren": siren, "alarm": alarm, "telephone": telephone,
    "birds": birds, "dog": dog, "footsteps": footsteps, "clang": clang, "glass": glass, "bubbles": bubbles,
    "clock": clock,
}  # fmt: skip
