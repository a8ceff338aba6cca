"""Sound of a film as samples, cut to film times exactly and the same on every run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import av
import numpy as np
import numpy.typing as npt

from pegbar.errors import UsageError
from pegbar.media.container import MediaLimits, OpenFilm, open_film
from pegbar.media.encode import AudioTrack

PREROLL_SECONDS = 1.0  # an AAC frame overlaps the one before it: land early after a seek and let the decoder settle
JITTER_SECONDS = 0.003  # Matroska rounds times to milliseconds; a smaller gap is no gap
Samples = npt.NDArray[np.float32]


def read_audio(
    path: Path,
    sample_rate: int,
    start_seconds: float = 0.0,
    end_seconds: float | None = None,
    num_channels: Literal[1, 2] | None = None,
    limits: MediaLimits = MediaLimits(),  # noqa: B008 - frozen
) -> AudioTrack | None:
    """Return a film's sound between two film times, resampled; None where it has no sound.

    Film time 0 is the first picture. Where the sound starts late, has a gap or ends early there is
    silence, so a track with an `end_seconds` is always of the length asked for. `num_channels` None keeps
    mono as mono and mixes anything else to stereo.

    Raises:
        UsageError: times or rate that make no sense.
        NotFoundError, HostileNameError, MediaError: see `open_film`.
    """
    if sample_rate <= 0 or start_seconds < 0 or (end_seconds is not None and end_seconds < start_seconds):
        raise UsageError(
            f"sound from {start_seconds} to {end_seconds} s at {sample_rate} Hz makes no sense",
            remedy="give 0 <= start <= end and a positive rate",
        )
    with open_film(path, limits) as film:
        if not film.container.streams.audio:
            return None
        context = film.container.streams.audio[0].codec_context
        channels = num_channels or (1 if context.channels == 1 else 2)
        native = _native(film, start_seconds, end_seconds, channels)
        samples = _resampled(native, context.sample_rate, sample_rate)
    if end_seconds is not None:
        samples = _of_length(samples, round((end_seconds - start_seconds) * sample_rate))
    return AudioTrack(samples=samples, sample_rate=sample_rate)


def _native(film: OpenFilm, start_seconds: float, end_seconds: float | None, channels: int) -> Samples:
    """Return the sound between two film times at its own rate, gaps as silence."""
    rate = film.container.streams.audio[0].codec_context.sample_rate
    pieces: list[tuple[int, Samples]] = []
    expected = None
    for seconds, samples in _pieces(film, start_seconds, channels):
        if end_seconds is not None and seconds >= end_seconds:
            break
        offset = round((seconds - start_seconds) * rate)
        if expected is not None and abs(offset - expected) <= JITTER_SECONDS * rate:
            offset = expected
        expected = offset + samples.shape[1]
        pieces.append((offset, samples))
    length = max((offset + samples.shape[1] for offset, samples in pieces), default=0)
    if end_seconds is not None:
        length = round((end_seconds - start_seconds) * rate)
    whole = np.zeros((channels, max(0, length)), np.float32)
    for offset, samples in pieces:
        first, last = max(0, offset), min(whole.shape[1], offset + samples.shape[1])
        if first < last:
            whole[:, first:last] = samples[:, first - offset : last - offset]
    return whole


def _pieces(film: OpenFilm, start_seconds: float, channels: int) -> Iterator[tuple[float, Samples]]:
    """Yield (film seconds, samples of shape (channels, n)) from a little before `start_seconds`."""
    stream = film.container.streams.audio[0]
    to_planar = av.AudioResampler(format="fltp", layout=_layout(channels), rate=stream.codec_context.sample_rate)
    if start_seconds > PREROLL_SECONDS:
        target = float(film.zero_seconds) + start_seconds - PREROLL_SECONDS
        film.container.seek(int(target * av.time_base))
    for packet in film.container.demux(stream):
        try:
            decoded = [frame for frame in packet.decode() if isinstance(frame, av.AudioFrame)]
        except av.error.FFmpegError:
            continue  # a damaged packet leaves a gap, which is silence
        for frame in decoded:
            if frame.pts is None or frame.time_base is None:
                continue
            seconds = float(frame.pts * frame.time_base - film.zero_seconds)
            samples = [piece.to_ndarray() for piece in to_planar.resample(frame)]
            if samples:
                yield seconds, _numbers(np.concatenate(samples, axis=1))


def _numbers(samples: npt.NDArray[np.float64]) -> Samples:
    """Return float samples; what is no number, as float PCM may hold, is silence."""
    return np.nan_to_num(samples.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    if rate == wanted or samples.shape[1] == 0:
        return samples
    layout = _layout(samples.shape[0])
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=wanted)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
    frame.sample_rate, frame.pts = rate, 0
    pieces = [piece.to_ndarray() for piece in (*resampler.resample(frame), *resampler.resample(None))]
    return _of_length(np.concatenate(pieces, axis=1), round(samples.shape[1] * wanted / rate))


def _of_length(samples: Samples, length: int) -> Samples:
    return np.pad(samples[:, :length], ((0, 0), (0, max(0, length - samples.shape[1])))).astype(np.float32)


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"
