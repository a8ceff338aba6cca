"""A film heard: what kind of sound track it has, and a row of numbers for every 96 ms of it."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from pydantic import Field

from models.voice_detectors import SAMPLE_RATE, Samples, SileroConfig, VoiceDetector, VoiceDetectorConfig
from pegbar.config import Config
from pegbar.media import SandboxLimits
from pegbar.media.container import MediaLimits, open_film
from pegbar.records import Record
from tasks.curation.sound.analysis import analysed
from tasks.curation.sound.film_sound import sound_between
from tasks.curation.sound.music import MusicConfig
from tasks.curation.sound.spectrum import Array
from tasks.curation.sound.table import ROW_SAMPLES, ROW_SECONDS, SoundTable

TABLE, OUTPUT = "sound.parquet", "heard.json"
PIECE_ROWS = 625  # a minute: 23 MB of stereo at 48 kHz
MARGIN_SECONDS = 0.1  # read on both sides of a piece and left out again: a resampler rings at its ends
FULL_SCALE = 0.98  # lossy coding rounds the flat tops of clipped sound off
BEYOND_SECONDS = 1.0  # looked at after the last picture


class ListenConfig(Config):
    """How a film is listened to; no threshold is among it, so that thresholds change without listening again."""

    limits: MediaLimits = MediaLimits()
    sandbox: SandboxLimits = SandboxLimits()
    detector: VoiceDetectorConfig = Field(default=SileroConfig())
    music: MusicConfig = MusicConfig()


class Track(Record):
    """What a film's sound track is; `sound_end_seconds` is where its last sample that is not zero lies.

    Args:
        sample_rate, num_channels: as stored; None where there is no track.
        detector: name and version of what heard speech.
        problem: why nothing could be heard; empty otherwise.
        goes_on: whether there is sound after the last picture.
    """

    sample_rate: int | None = None
    num_channels: int | None = None
    duration_seconds: float
    sound_end_seconds: float = 0.0
    goes_on: bool = False
    detector: str
    problem: str = ""


def listen_to(path: Path, folder: Path, duration_seconds: float, config: ListenConfig) -> None:
    """Write ``sound.parquet`` and ``heard.json`` of a film into `folder`. Twenty minutes take 0.7 GB."""
    cv2.setNumThreads(1)
    write_heard(folder, *heard(path, duration_seconds, config))


def write_heard(folder: Path, track: Track, table: SoundTable) -> None:
    """Write ``sound.parquet`` and ``heard.json`` into `folder`."""
    table.write(folder / TABLE)
    (folder / OUTPUT).write_bytes(track.to_json())


def heard(path: Path, duration_seconds: float, config: ListenConfig) -> tuple[Track, SoundTable]:
    """Return what kind of track a film has, and its rows; none where it has no track.

    Raises:
        NotFoundError, HostileNameError, MediaError: see `open_film`.
    """
    with open_film(path, config.limits) as film:
        sounds = film.container.streams.audio
        rate, channels = (sounds[0].codec_context.sample_rate, sounds[0].codec_context.channels) if sounds else (0, 0)
    detector = config.detector.build()
    if not rate or duration_seconds <= 0:
        return Track(duration_seconds=duration_seconds, detector=name_of(detector)), SoundTable.empty()
    pieces = list(_pieces(path, rate, duration_seconds, config.limits))
    levels = [np.concatenate(parts) for parts in zip(*(piece[1:] for piece in pieces), strict=True)]
    table = analysed(np.concatenate([piece[0] for piece in pieces]), levels[0], levels[1], detector, config.music)
    audible = np.flatnonzero(table.peak)
    end = min(duration_seconds, float(audible[-1] + 1) * ROW_SECONDS) if len(audible) else 0.0
    beyond = sound_between(path, rate, duration_seconds, duration_seconds + BEYOND_SECONDS, config.limits).samples
    track = Track(
        sample_rate=rate,
        num_channels=channels,
        duration_seconds=duration_seconds,
        sound_end_seconds=round(end, 6),
        detector=name_of(detector),
        goes_on=bool(beyond[:, beyond.shape[1] // 2 :].any()),
    )
    return track, table


def name_of(detector: VoiceDetector) -> str:
    """Return name and version in one."""
    return f"{detector.name}-{detector.version}"


def _pieces(
    path: Path, rate: int, duration_seconds: float, limits: MediaLimits
) -> Iterator[tuple[Samples, Array, Array]]:
    """Yield (mono samples at 16 kHz, peak by row, clipped share by row) of a minute after the other."""
    total = round(duration_seconds * SAMPLE_RATE)
    for first in range(0, total, PIECE_ROWS * ROW_SAMPLES):
        last = min(total, first + PIECE_ROWS * ROW_SAMPLES)
        start, end = first / SAMPLE_RATE, last / SAMPLE_RATE
        own = sound_between(path, rate, start, end, limits)
        lead = min(start, MARGIN_SECONDS)
        around = sound_between(path, SAMPLE_RATE, start - lead, end + MARGIN_SECONDS, limits, num_channels=1)
        skip = round(lead * SAMPLE_RATE)
        rows = -(-(last - first) // ROW_SAMPLES)
        starts = np.minimum((np.arange(rows) * ROW_SECONDS * rate).round().astype(int), own.samples.shape[1] - 1)
        loud = np.abs(own.samples)
        counts = np.diff(np.append(starts, loud.shape[1]))
        peak = np.maximum.reduceat(loud.max(axis=0), starts)
        over = np.add.reduceat((loud >= FULL_SCALE).astype(np.float32), starts, axis=1).max(axis=0) / counts
        yield around.samples[0, skip : skip + last - first], peak, over.astype(np.float32)
