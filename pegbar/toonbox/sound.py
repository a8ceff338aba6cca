"""Music and sound effects, made of sines and decays. Samples are float32 in -1..1."""

import math
import random

import numpy as np
from numpy.typing import NDArray

from pegbar.media.encode import AudioTrack
from pegbar.toonbox.actions import landing_moments
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.plan import FilmPlan

Samples = NDArray[np.float32]
MAJOR = (0, 2, 4, 5, 7, 9, 11)
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 3, 4, 0))
RHYTHMS = ((1.0, 0.5, 0.5, 1.0, 1.0), (0.5, 0.5, 1.0, 0.5, 0.5, 1.0), (1.5, 0.5, 1.0, 1.0), (1.0, 1.0, 0.5, 0.5, 1.0))
BEATS_PER_BAR = 4
LOWEST_MELODY = 60  # MIDI note numbers
LOWEST_BASS = 36
PEAK = 0.85


def soundtrack(plan: FilmPlan, config: ToonboxConfig) -> AudioTrack:
    """Compose the film's mono track: one melody, with boings, steps and chimes where the plan has them."""
    length = math.ceil(plan.num_frames / plan.fps * config.sample_rate)
    track = np.zeros(length, np.float32)
    _compose(track, random.Random(f"toonbox music {plan.seed}"), config.sample_rate)
    track *= 0.5
    for shot in plan.shots:
        start, seconds = shot.start_frame / plan.fps, (shot.end_frame - shot.start_frame) / plan.fps
        if shot.transition_in.kind in ("dissolve", "wipe"):
            _add(track, chime(config.sample_rate), start - 0.3, config.sample_rate, 0.22)
        for role in shot.roles:
            lead_in = shot.transition_in.lead_in / plan.fps
            if role.action == "jump":
                for moment in landing_moments(seconds, role.phase):
                    _add(track, boing(config.sample_rate), start + moment - lead_in, config.sample_rate, 0.4)
            elif role.action == "spin":
                _add(track, whoosh(config.sample_rate, plan.seed), start, config.sample_rate, 0.25)
    fade = min(length, config.sample_rate)
    track[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    loudest = float(np.abs(track).max(initial=0.0))
    return AudioTrack(
        samples=(track * (PEAK / loudest if loudest > PEAK else 1.0))[None], sample_rate=config.sample_rate
    )


def boing(rate: int) -> Samples:
    """Return the sound of a jump: a tone that springs upwards and wobbles."""
    time = np.arange(int(0.42 * rate)) / rate
    pitch = 190 + 330 * time / 0.42 + 36 * np.sin(2 * np.pi * 17 * time)
    tone = np.sin(2 * np.pi * np.cumsum(pitch) / rate)
    return np.asarray((tone + 0.35 * np.sin(4 * np.pi * np.cumsum(pitch) / rate)) * np.exp(-6 * time), np.float32)


def chime(rate: int) -> Samples:
    """Return the sound of a dissolve: a rising run of small bells."""
    track = np.zeros(int(1.4 * rate), np.float32)
    for index, step in enumerate((0, 2, 4, 7, 9, 12)):
        _add(track, _bell(84 + step, 0.9, rate), index * 0.07, rate, 0.5)
    return track


def whoosh(rate: int, seed: int) -> Samples:
    """Return the sound of a spin: a breath of soft noise."""
    length = int(0.6 * rate)
    noise = np.random.default_rng(seed).random(length) - 0.5
    kernel = np.hanning(41) / np.hanning(41).sum()
    soft = np.convolve(noise, kernel, mode="same") * np.sin(np.pi * np.arange(length) / length) ** 2
    return np.asarray(soft * 4.0, np.float32)


def _compose(track: Samples, source: random.Random, rate: int) -> None:
    beat = 60.0 / source.choice((104, 112, 120, 132))
    key = source.choice((0, 2, 3, 5, 7))
    progression = source.choice(PROGRESSIONS)
    themes = [_theme(source) for _ in range(2)]
    bars = math.ceil(len(track) / rate / (beat * BEATS_PER_BAR))
    for bar in range(bars):
        start = bar * beat * BEATS_PER_BAR
        chord = progression[bar % len(progression)]
        for step in (0, 2):  # bass on the strong beats, plucked chords between them
            _add(track, _bass(_note(chord, LOWEST_BASS + key), 1.6 * beat, rate), start + step * beat, rate, 0.36)
            for third in (0, 2, 4):
                pluck = _pluck(_note(chord + third, LOWEST_BASS + 12 + key), 0.8 * beat, rate)
                _add(track, pluck, start + (step + 1) * beat, rate, 0.11)
        moment = start
        for degree, length in themes[(bar // 4) % 2][bar % 4]:
            _add(track, _bell(_note(chord + degree, LOWEST_MELODY + key), 1.4 * length * beat, rate), moment, rate, 0.3)
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


def _bell(note: int, seconds: float, rate: int) -> Samples:
    return _voice(note, seconds, rate, ((1.0, 1.0), (2.0, 0.28), (3.0, 0.16), (6.0, 0.04)), 4.5)


def _pluck(note: int, seconds: float, rate: int) -> Samples:
    return _voice(note, seconds, rate, ((1.0, 1.0), (2.0, 0.4), (4.0, 0.1)), 7.0)


def _bass(note: int, seconds: float, rate: int) -> Samples:
    return _voice(note, seconds, rate, ((1.0, 1.0), (2.0, 0.35), (3.0, 0.12)), 2.2)


def _voice(note: int, seconds: float, rate: int, partials: tuple[tuple[float, float], ...], decay: float) -> Samples:
    time = np.arange(max(1, int(seconds * rate))) / rate
    tone = sum(share * np.sin(2 * np.pi * _hertz(note) * factor * time) for factor, share in partials)
    attack = np.minimum(1.0, time / 0.006)
    release = np.minimum(1.0, (time[-1] - time) / 0.03)
    return np.asarray(tone * np.exp(-decay * time) * attack * release, np.float32)


def _add(track: Samples, sound: Samples, seconds: float, rate: int, volume: float) -> None:
    start = int(max(0.0, seconds) * rate)
    count = min(len(sound), len(track) - start)
    if count > 0:
        track[start : start + count] += sound[:count] * np.float32(volume)
