"""A melody over bass and chords, invented from a seed."""

import math
import random

from pegbar.toonbox.noises import Samples, add, bell, toned

MAJOR = (0, 2, 4, 5, 7, 9, 11)
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 3, 4, 0))
RHYTHMS = ((1.0, 0.5, 0.5, 1.0, 1.0), (0.5, 0.5, 1.0, 0.5, 0.5, 1.0), (1.5, 0.5, 1.0, 1.0), (1.0, 1.0, 0.5, 0.5, 1.0))
TEMPOS = (104, 112, 120, 132)  # beats a minute
BEATS_PER_BAR = 4
LOWEST_MELODY = 60  # MIDI note numbers
LOWEST_BASS = 36


def compose(track: Samples, source: random.Random, rate: int) -> None:
    """Fill a track with music from its beginning to its end."""
    beat = 60.0 / source.choice(TEMPOS)
    key = source.choice((0, 2, 3, 5, 7))
    progression = source.choice(PROGRESSIONS)
    themes = [_theme(source) for _ in range(2)]
    bars = math.ceil(len(track) / rate / (beat * BEATS_PER_BAR))
    for bar in range(bars):
        start = bar * beat * BEATS_PER_BAR
        chord = progression[bar % len(progression)]
        for step in (0, 2):  # bass on the strong beats, plucked chords between them
            add(track, _bass(_note(chord, LOWEST_BASS + key), 1.6 * beat, rate), start + step * beat, rate, 0.36)
            for third in (0, 2, 4):
                pluck = _pluck(_note(chord + third, LOWEST_BASS + 12 + key), 0.8 * beat, rate)
                add(track, pluck, start + (step + 1) * beat, rate, 0.11)
        moment = start
        for degree, length in themes[(bar // 4) % 2][bar % 4]:
            note = _note(chord + degree, LOWEST_MELODY + key)
            add(track, bell(_hertz(note), 1.4 * length * beat, rate), moment, rate, 0.3)
            moment += length * beat


def _theme(source: random.Random) -> list[list[tuple[int, float]]]:
    """Invent four bars of melody as (degree above the chord's root, beats)."""
    bars = []
    degree = source.choice((0, 2, 4))
    for _ in range(4):
        notes = []
        for length in source.choice(RHYTHMS):
            notes.append((degree, length))
            degree = min(8, max(-1, degree + source.choice((-2, -1, -1, 1, 1, 2))))
        bars.append(notes)
    return bars


def _note(degree: int, root: int) -> int:
    octave, step = divmod(degree, len(MAJOR))
    return root + 12 * octave + MAJOR[step]


def _hertz(note: int) -> float:
    return 440.0 * float(2.0 ** ((note - 69) / 12))


def _pluck(note: int, seconds: float, rate: int) -> Samples:
    return toned(_hertz(note), seconds, rate, ((1.0, 1.0), (2.0, 0.4), (4.0, 0.1)), 7.0)


def _bass(note: int, seconds: float, rate: int) -> Samples:
    return toned(_hertz(note), seconds, rate, ((1.0, 1.0), (2.0, 0.35), (3.0, 0.12)), 2.2)
