"""The soundtrack: what the score asks for, mixed, and told."""

import math
import random
from typing import Any, cast

import numpy as np

from pegbar.media.encode import AudioTrack
from pegbar.toonbox.config import WORLD_VERSION, ToonboxConfig
from pegbar.toonbox.music import compose
from pegbar.toonbox.noises import Noise, Samples, add, noise_of
from pegbar.toonbox.plan import FilmPlan
from pegbar.toonbox.score import Cue, cues_of
from pegbar.toonbox.speech import SYLLABLE_SECONDS, pitch_of, speak

PEAK = 0.85
DUCKED, RAMP_SECONDS = 0.4, 0.08  # music under speech
EDGE_SECONDS = 0.15  # how fast music comes and goes
LEVELS = 32767  # sounds are whole 16-bit levels: the last bits of a sine differ between processors


def soundtrack(plan: FilmPlan, config: ToonboxConfig) -> AudioTrack:
    """Mix the film's mono track. Samples are float32 of shape (1, n)."""
    rate = config.sample_rate
    length = math.ceil(plan.seconds_at(plan.num_frames) * rate)
    music, others = np.zeros(length), np.zeros(length)
    for number, cue in enumerate(cues_of(plan)):
        if cue.kind == "music":
            _play(music, cue, plan, rate)
        elif cue.kind == "speech":
            source = random.Random(f"toonbox speech {plan.seed}/{number}")
            _talk(music, others, cue, plan, source, rate)
        else:
            sound = noise_of(cast(Noise, cue.name), rate)
            for moment in cue.moments:
                add(others, sound, moment, rate, cue.volume)
    track = music + others
    fade = min(length, rate)
    track[-fade:] *= np.linspace(1.0, 0.0, fade)
    track *= min(1.0, PEAK / max(float(np.abs(track).max(initial=0.0)), 1e-9))
    return AudioTrack(samples=(np.rint(track * LEVELS) / LEVELS).astype(np.float32)[None], sample_rate=rate)


def audio_of(plan: FilmPlan, config: ToonboxConfig) -> dict[str, Any]:
    """Return what is heard when; times are seconds of the film."""
    return {
        "world_version": WORLD_VERSION,
        "events": [
            {
                "kind": cue.kind,
                "name": cue.name,
                "start_seconds": round(cue.moments[0], 3),
                "end_seconds": round(min(_end_of(cue, config.sample_rate), plan.seconds_at(plan.num_frames)), 3),
                "source": cue.source,
            }
            for cue in cues_of(plan)
        ],
    }


def _end_of(cue: Cue, rate: int) -> float:
    if cue.kind == "music":
        return cue.moments[-1]
    if cue.kind == "speech":
        return cue.moments[-1] + SYLLABLE_SECONDS
    return cue.moments[-1] + len(noise_of(cast(Noise, cue.name), rate)) / rate


def _play(track: Samples, cue: Cue, plan: FilmPlan, rate: int) -> None:
    start, end = (round(moment * rate) for moment in cue.moments)
    part = np.zeros(end - start)
    compose(part, random.Random(f"toonbox music {plan.seed}"), rate)
    edge = min(len(part), round(EDGE_SECONDS * rate))
    part[len(part) - edge :] *= np.linspace(1.0, 0.0, edge)
    track[start:end] += part[: len(track) - start] * cue.volume


def _talk(music: Samples, track: Samples, cue: Cue, plan: FilmPlan, source: random.Random, rate: int) -> None:
    identity = next(member.identity for member in plan.members if member.name == cue.source)
    speak(track, list(cue.moments), pitch_of(identity), source, rate, cue.volume)
    start, end = round(cue.moments[0] * rate), round((cue.moments[-1] + SYLLABLE_SECONDS) * rate)
    ramp = round(RAMP_SECONDS * rate)
    gain = np.interp(np.arange(len(music)), (start - ramp, start, end, end + ramp), (1.0, DUCKED, DUCKED, 1.0))
    music *= np.minimum(1.0, gain)
