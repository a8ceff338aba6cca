"""Frames of a film, in one pass: presentation times, rotation applied, pixels converted only when asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

import av
import numpy as np
from av.sidedata.sidedata import Type as SideData
from pydantic import Field

from pegbar.config import Config
from pegbar.media.container import MediaLimits, OpenFilm, decoder_options, open_film, over_limit, truncated
from pegbar.media.scale import Pixels as Pixels
from pegbar.media.scale import Scaler

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream

Degrees = Literal[0, 90, 180, 270]


class DecodeConfig(Config):
    """How a film is read. Pixels do not depend on threads.

    Args:
        num_threads: 0 takes every core; each thread more costs a few per cent of processor time.
        smooths_all: False leaves blocks unsmoothed in pictures no other is predicted from, which saves a twentieth
            of the time and changes a small picture by less than 0.1 of 255.
    """

    limits: MediaLimits = MediaLimits()
    num_threads: int = Field(default=0, ge=0)
    max_corrupt_frames: int = Field(default=0, ge=0)
    smooths_all: bool = True


@dataclass(frozen=True)
class Orientation:
    """How stored pixels become displayed ones: transposed first, then flipped."""

    is_transposed: bool = False
    flips_rows: bool = False
    flips_columns: bool = False

    @classmethod
    def of(cls, picture: av.VideoFrame) -> Self:
        """Read the display matrix (ISO/IEC 14496-12, 8.5.2), to the nearest quarter turn."""
        matrix = picture.side_data.get(SideData.DISPLAYMATRIX)
        if matrix is None:
            return cls()
        a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
        is_transposed = abs(a) + abs(d) < abs(b) + abs(c)
        across, down = (c, b) if is_transposed else (a, d)
        return cls(is_transposed, flips_rows=down < 0, flips_columns=across < 0)

    @property
    def rotation_degrees(self) -> Degrees:
        """Clockwise turn from stored to displayed; a mirror image counts by its turn alone."""
        if self.is_transposed:
            return 90 if self.flips_columns else 270
        return 180 if self.flips_rows else 0

    def displayed(self, pixels: Pixels) -> Pixels:
        """Turn stored pixels, shape (height, width) or with channels, the right way up; a view."""
        if self.is_transposed:
            pixels = pixels.swapaxes(0, 1)
        if self.flips_rows:
            pixels = pixels[::-1]
        if self.flips_columns:
            pixels = pixels[:, ::-1]
        return pixels

    def turned(self, size: tuple[int, int]) -> tuple[int, int]:
        """Swap (width, height) where pixels are transposed."""
        return (size[1], size[0]) if self.is_transposed else size


@dataclass(frozen=True)
class Frame:
    """One displayed picture. `index` counts in presentation order; `seconds` is film time.

    Pixels are converted when `rgb`, `luma` or `scaled` is first asked for. Keep those, not the frame: the
    frame holds a decoder's buffer.
    """

    index: int
    seconds: float
    width: int
    height: int
    picture: av.VideoFrame
    orientation: Orientation
    scaler: Scaler = field(default_factory=Scaler, repr=False)

    @cached_property
    def rgb(self) -> Pixels:
        """Pixels of shape (height, width, 3), uint8 RGB."""
        return self.scaled(self.width, self.height)

    @property
    def luma(self) -> Pixels:
        """Brightness as coded, shape (height, width), uint8: nearly always a view, so valid only while the frame is.

        It is in the film's own range, 16 to 235 for most.
        """
        size = self.orientation.turned((self.width, self.height))
        return self.orientation.displayed(self.scaler.luma(self.picture, *size))

    def scaled(self, width: int, height: int) -> Pixels:
        """Return pixels resized to `width` x `height`, shape (height, width, 3), uint8 RGB."""
        size = self.orientation.turned((width, height))
        return np.ascontiguousarray(self.orientation.displayed(self.scaler.rgb(self.picture, *size)))

    def fitted(self, max_side: int) -> Pixels:
        """Return pixels whose longer side is `max_side` at most, aspect kept."""
        width, height = fitted_size(self.width, self.height, max_side)
        return self.scaled(width, height)


class FrameSink(Protocol):
    """Whatever wants frames of a decode that is under way anyway: thumbnails, reference candidates."""

    def accept(self, frame: Frame) -> None:
        """Look at one frame; called once per frame, in order."""


def fitted_size(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Return (width, height) scaled down so that the longer side is `max_side` at most; 1 at least."""
    scale = min(1.0, max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class FrameReader:
    """Iterates over a film's frames once; `num_frames` and `num_corrupt` are right when it ends."""

    def __init__(self, path: Path, config: DecodeConfig = DecodeConfig()) -> None:  # noqa: B008 - frozen
        self.path = path
        self.config = config
        self.num_frames = 0
        self.num_corrupt = 0

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame in presentation order, all of the first one's size.

        Raises:
            MediaError: whatever `open_film` refuses, at the first frame.
            TruncatedMediaError: more corrupt frames than `max_corrupt_frames`, or no frame at all.
            MediaLimitError: more frames or seconds than allowed.
        """
        self.num_frames = self.num_corrupt = 0
        with open_film(self.path, self.config.limits) as film:
            film.video.thread_type = "AUTO"
            context = film.video.codec_context
            context.thread_count = self.config.num_threads
            context.options = decoder_options(self.config.limits) | (
                {} if self.config.smooths_all else {"skip_loop_filter": "noref"}
            )
            yield from self._frames(film)
        if self.num_frames == 0:
            raise truncated(self.path, "not one frame can be decoded")

    def _frames(self, film: OpenFilm) -> Iterator[Frame]:
        orientation, size, seconds, scaler = Orientation(), (0, 0), 0.0, Scaler()
        for picture in self._pictures(film):
            if self.num_frames == 0:
                orientation = Orientation.of(picture)
                size = orientation.turned((picture.width, picture.height))
            seconds = max(seconds, _seconds(film, picture, self.num_frames))
            frame = Frame(self.num_frames, seconds, *size, picture, orientation, scaler)
            self.num_frames += 1
            self._check_limits(seconds)
            yield frame

    def _pictures(self, film: OpenFilm) -> Iterator[av.VideoFrame]:
        for packet in film.container.demux(film.video):
            for picture in self._decoded(packet):
                if picture.is_corrupt:
                    self._count_corrupt()
                yield picture

    def _decoded(self, packet: "Packet[VideoStream]") -> list[av.VideoFrame]:
        try:
            return [picture for picture in packet.decode() if isinstance(picture, av.VideoFrame)]
        except av.error.MemoryError:
            raise  # no fault of this frame's
        except av.error.FFmpegError:
            self._count_corrupt()
            return []

    def _count_corrupt(self) -> None:
        self.num_corrupt += 1
        if self.num_corrupt > self.config.max_corrupt_frames:
            raise truncated(self.path, f"frame {self.num_frames} or one near it cannot be decoded")

    def _check_limits(self, seconds: float) -> None:
        limits = self.config.limits
        if self.num_frames > limits.max_frames:
            raise over_limit(self.path, f"over {limits.max_frames} frames")
        if seconds > limits.max_seconds:
            raise over_limit(self.path, f"over {limits.max_seconds:.0f} seconds")


def frames(path: Path, config: DecodeConfig = DecodeConfig()) -> Iterator[Frame]:  # noqa: B008 - frozen
    """Yield every frame of a film once, in presentation order; errors as in `FrameReader`."""
    return iter(FrameReader(path, config))


def _seconds(film: OpenFilm, picture: av.VideoFrame, index: int) -> float:
    """Film time of a picture; from its number where the container keeps no times."""
    if picture.pts is None:
        return float(index / film.rate)
    return float(picture.pts * Fraction(picture.time_base or film.time_base) - film.zero_seconds)
