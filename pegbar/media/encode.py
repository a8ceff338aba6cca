"""Frames and sound to an mp4 with the same bytes every time: H.264 and AAC through PyAV."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pegbar.config import Config
from pegbar.errors import MediaError
from pegbar.files import disk_errors, written_aside

if TYPE_CHECKING:
    from av.container import OutputContainer

Frame = NDArray[np.uint8]
X264_PARAMS = "cpu-independent=1"  # its fastest searches find other vectors on another processor
TICKS_PER_FRAME = 12  # halves, thirds and quarters of a frame are whole
AUDIO_CHUNK = 1024  # samples of one AAC frame


class EncodeConfig(Config):
    """H.264 and AAC settings. One thread and no clocks: thread counts and dates change bytes."""

    crf: int = Field(default=20, ge=0, le=51)
    preset: Literal["ultrafast", "veryfast", "fast", "medium"] = "veryfast"
    gop_frames: int = Field(default=24, ge=1)
    audio_bits_per_second: int = Field(default=64_000, ge=8_000)


@dataclass(frozen=True)
class AudioTrack:
    """Sound as float32 samples of shape (channels, n) in -1..1; one or two channels."""

    samples: NDArray[np.float32]
    sample_rate: int

    def __post_init__(self) -> None:
        """Refuse what an encoder would turn into noise.

        Raises:
            MediaError: wrong shape, rate, or samples that are not finite.
        """
        if self.samples.ndim != 2 or self.samples.shape[0] not in (1, 2):
            raise _refused(f"sound of shape {self.samples.shape}", "give float samples of shape (1 or 2, n)")
        if self.sample_rate <= 0 or not np.isfinite(self.samples).all():
            raise _refused("sound with NaN, infinity or no sample rate", "give finite samples and a positive rate")


@dataclass(frozen=True)
class Times:
    """When frames are shown: steadily at `fps`, or at `ticks`."""

    fps: Fraction
    ticks: Sequence[int] | None

    @property
    def base(self) -> Fraction:
        """Return how long one tick lasts, in seconds."""
        return 1 / self.fps if self.ticks is None else 1 / (self.fps * TICKS_PER_FRAME)

    def tick(self, path: Path, index: int) -> int:
        """Return when the frame at `index` is shown, in ticks.

        Raises:
            MediaError: there is no such tick.
        """
        if self.ticks is None:
            return index
        if index >= len(self.ticks):
            raise _refused(f"{path.name}: {len(self.ticks)} ticks for more frames", "give one tick a frame")
        return self.ticks[index]


def write_video(
    path: Path,
    frames: Iterable[Frame],
    fps: Fraction,
    audio: AudioTrack | None = None,
    config: EncodeConfig = EncodeConfig(),  # noqa: B008 - frozen
    ticks: Sequence[int] | None = None,
) -> int:
    """Encode RGB uint8 frames (H, W, 3) of one even size, and perhaps sound; return how many frames.

    The file is written aside and renamed, so `path` never holds half a film. Same input, same bytes.

    Args:
        path: where the file goes.
        frames: the pictures.
        fps: the rate; the nominal one where the rate varies.
        audio: the sound.
        config: how to encode.
        ticks: when each frame is shown, from 0, in `TICKS_PER_FRAME`-ths of 1 / fps; a steady rate unless given.

    Raises:
        MediaError: no frames, an odd or changing size, another type, a rate that is not positive, or ticks
            that do not increase from 0 or are fewer than the frames.
        DiskFullError: no space left. ReadOnlyError: no permission.
    """
    import av

    if fps <= 0:
        raise _refused(f"{path.name} at {fps} frames per second", "give a positive frame rate")
    if ticks is not None and (not ticks or ticks[0] or any(late <= early for early, late in pairwise(ticks))):
        raise _refused(f"{path.name}: frames shown out of order", "give ticks that increase from 0")
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise _refused(f"{path.name} without frames", "give at least one frame")
    size = _checked_size(path, first)
    with disk_errors(path), written_aside(path) as aside:
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(aside), "w", format="mp4", options=options) as container:
            return _encode(container, path, chain([first], iterator), size, Times(fps, ticks), audio, config)


def _encode(
    container: "OutputContainer",
    path: Path,
    frames: Iterable[Frame],
    size: tuple[int, int],
    times: Times,
    audio: AudioTrack | None,
    config: EncodeConfig,
) -> int:
    video = _add_video_stream(container, size, times, config)
    sound = _add_audio_stream(container, audio, config) if audio is not None else None
    chunks = _audio_frames(audio) if audio is not None else iter(())
    num_frames, audio_seconds = 0, 0.0
    for frame in frames:
        if _checked_size(path, frame) != size:
            raise _refused(f"{path.name}: frame {num_frames} has another size", "give frames of one size")
        shown = times.tick(path, num_frames)
        container.mux(video.encode(_video_frame(frame, shown, times.base)))
        num_frames += 1
        ahead = shown * times.base + 1 / times.fps
        while sound is not None and audio_seconds < ahead and (chunk := next(chunks, None)) is not None:
            container.mux(sound.encode(chunk))
            audio_seconds += chunk.samples / chunk.sample_rate
    container.mux(video.encode(None))
    if sound is not None:
        for chunk in chunks:
            container.mux(sound.encode(chunk))
        container.mux(sound.encode(None))
    return num_frames


def _add_video_stream(container: "OutputContainer", size: tuple[int, int], times: Times, config: EncodeConfig) -> Any:
    from av.codec.context import Flags

    # x264's macroblock tree reads memory it never wrote where a row is no multiple of 4 macroblocks (96 pixels, say):
    # the same frames then give other bytes from one call to the next
    options = {"crf": str(config.crf), "preset": config.preset, "threads": "1", "sc_threshold": "0", "mbtree": "0"}
    options["x264-params"] = X264_PARAMS
    stream = container.add_stream("libx264", rate=times.fps, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = times.base
    context.gop_size = config.gop_frames
    context.thread_count = 1
    context.flags |= Flags.bitexact
    # ITU-R BT.601 in limited range, said aloud so that every player decodes the same colours
    context.colorspace, context.color_primaries, context.color_trc, context.color_range = 6, 6, 6, 1
    return stream


def _add_audio_stream(container: "OutputContainer", audio: AudioTrack, config: EncodeConfig) -> Any:
    from av.codec.context import Flags

    layout = "mono" if audio.samples.shape[0] == 1 else "stereo"
    stream = container.add_stream("aac", rate=audio.sample_rate, layout=layout)
    stream.codec_context.bit_rate = config.audio_bits_per_second
    stream.codec_context.flags |= Flags.bitexact
    return stream


def _video_frame(frame: Frame, tick: int, base: Fraction) -> Any:
    import av

    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG", threads=1
    )
    picture.pts, picture.time_base = tick, base
    return picture


def _audio_frames(audio: AudioTrack) -> Iterator[Any]:
    import av

    samples = np.clip(audio.samples, -1.0, 1.0).astype(np.float32)
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    for start in range(0, samples.shape[1], AUDIO_CHUNK):
        piece = np.ascontiguousarray(samples[:, start : start + AUDIO_CHUNK])
        chunk = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        chunk.sample_rate, chunk.pts, chunk.time_base = audio.sample_rate, start, Fraction(1, audio.sample_rate)
        yield chunk


def _checked_size(path: Path, frame: Frame) -> tuple[int, int]:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise _refused(f"{path.name}: a frame of {frame.dtype} {frame.shape}", "give uint8 frames (height, width, 3)")
    height, width = frame.shape[:2]
    if height % 2 or width % 2 or not height or not width:
        raise _refused(
            f"{path.name}: {width}x{height}; H.264 in 4:2:0 needs even sizes", "pad or crop by one pixel first"
        )
    return width, height


def _refused(what: str, remedy: str) -> MediaError:
    return MediaError(f"cannot encode {what}", remedy=remedy)
