"""Sounds whose speech and music are known, at 16 kHz: toonbox's films, espeak-ng over anything, other synthesis."""

import json
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import drawn_sounds
import numpy as np
from drawn_sounds import EFFECTS, MUSIC, RATE, Sound
from numpy.typing import NDArray
from spoken import spoken

from models.voice_detectors import SAMPLE_RATE
from pegbar.media import AudioTrack, read_audio, write_video
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.music import compose
from pegbar.toonbox.noises import NOISES, add, noise_of
from pegbar.toonbox.sound import audio_of, soundtrack
from pegbar.toonbox.story import plan_film

Spans = tuple[tuple[float, float], ...]
QUIET, PAUSE_SECONDS = 0.005, 0.3  # a voice below, for longer, is a pause


@dataclass(frozen=True)
class SoundCase:
    """One sound: who made it, mono samples at 16 kHz, and when there is speech and music."""

    group: str
    name: str
    samples: NDArray[np.float32]
    speech: Spans
    music: Spans


def toonbox_case(seed: int, folder: Path) -> SoundCase:
    """The sound of a toonbox film as a film brings it: coded as AAC beside a picture, and decoded."""
    config = ToonboxConfig(max_seconds=40)
    plan = plan_film(seed, config)
    track = soundtrack(plan, config)
    path = folder / f"{seed}.mp4"
    black = np.zeros((16, 16, 3), np.uint8)
    write_video(path, [black] * int(track.samples.shape[1] / track.sample_rate), Fraction(1), track)
    decoded = read_audio(path, SAMPLE_RATE, num_channels=1)
    assert decoded is not None
    events = json.loads(json.dumps(audio_of(plan, config)))["events"]
    spans = {
        kind: tuple((event["start_seconds"], event["end_seconds"]) for event in events if event["kind"] == kind)
        for kind in ("speech", "music")
    }
    return SoundCase("toonbox", str(seed), decoded.samples[0], spans["speech"], spans["music"])


def toonbox_ground(seed: int, seconds: float, music: bool, effects: bool) -> Sound:
    """Toonbox's music or effects, or both, without its voice."""
    source, track = random.Random(f"ground {seed}"), drawn_sounds.blank(seconds)
    if music:
        compose(track, source, RATE)
        track *= 0.5
    moment = 0.0
    while effects and moment < seconds - 1:
        name = source.choice(NOISES)
        count = 8 if name == "step" else 1
        for index in range(count):
            add(track, noise_of(name, RATE), moment + 0.4 * index, RATE, 0.4)
        moment += 0.4 * (count - 1) + source.uniform(0.3, 1.5)
    return track


def spoken_case(voice: tuple[str, str, int, int], ground: str, level_db: float, seed: int) -> SoundCase:
    """A voice with two seconds before and after it over a ground so many decibels below it."""
    said = spoken(*voice).astype(np.float64)
    whole = np.pad(said, 2 * RATE)
    seconds = len(whole) / RATE
    names = list(MUSIC) if ground == "other music" else list(EFFECTS)
    made: dict[str, Sound] = {}
    if ground.startswith("toonbox"):
        made[ground] = toonbox_ground(seed, seconds + 0.1, "music" in ground, "effects" in ground)
    elif ground != "nothing":
        synth = {**MUSIC, **EFFECTS}[names[seed % len(names)]]
        made[ground] = synth(np.random.default_rng(seed), seconds + 0.1)
    for under in made.values():
        whole += under[: len(whole)] / rms(under) * rms(said) * 10 ** (-level_db / 20)
    music = ((0.0, seconds),) if "music" in ground else ()
    name = f"{''.join(voice[:2])} over {ground} at {level_db:g} dB"
    return SoundCase("espeak-ng", name, at_16_khz(whole), tuple(_spoken_spans(said, 2.0)), music)


def other_case(kind: str, seed: int, seconds: float = 15.0) -> SoundCase:
    """Music or an effect of another synthesis."""
    made = {**MUSIC, **EFFECTS}[kind](np.random.default_rng([seed, zlib.crc32(kind.encode())]), seconds)
    return SoundCase("other", kind, at_16_khz(made), (), ((0.0, seconds),) if kind in MUSIC else ())


def at_16_khz(sound: Sound) -> NDArray[np.float32]:
    """Return a sound of `RATE` with its peak at 0.6, at 16 kHz."""
    from scipy.signal import resample_poly

    loud = 0.6 * sound / max(float(np.abs(sound).max()), 1e-9)
    return np.asarray(resample_poly(loud, 320, 441), np.float32)


def rms(sound: Sound) -> float:
    """Return the root mean square."""
    return float(np.sqrt((sound**2).mean()) + 1e-12)


def _spoken_spans(said: Sound, offset: float) -> Iterator[tuple[float, float]]:
    """Yield the stretches of a clean voice, pauses left out."""
    step = int(0.02 * RATE)
    loud = np.sqrt((said[: len(said) // step * step].reshape(-1, step) ** 2).mean(axis=1)) > QUIET
    places = np.flatnonzero(loud)
    breaks = np.flatnonzero(np.diff(places) * 0.02 > PAUSE_SECONDS)
    for first, last in zip(np.append(0, breaks + 1), np.append(breaks, len(places) - 1), strict=True):
        yield float(offset + places[first] * 0.02), float(offset + (places[last] + 1) * 0.02)


def as_track(samples: NDArray[np.float32]) -> AudioTrack:
    """Return mono samples as a track."""
    return AudioTrack(samples=samples[None], sample_rate=SAMPLE_RATE)
