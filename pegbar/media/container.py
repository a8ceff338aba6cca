"""Opening a film: a local regular file, a demuxer of the allow-list, never a URL; or an error that says why."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from pydantic import Field

from pegbar.config import Config
from pegbar.errors import (
    EmptyFileError,
    MediaError,
    MediaLimitError,
    NotAVideoError,
    NotFoundError,
    NoVideoStreamError,
    TruncatedMediaError,
)
from pegbar.media.names import check_name, printable, probe_again
from pegbar.media.structure import family_of, missing_bytes

if TYPE_CHECKING:
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.video.stream import VideoStream

DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
KINDS = "mp4, mov, mkv, webm, avi or ts"
# What cameras, editors, browsers and archives write. Decoders nobody has used for years are where the holes are.
VIDEO_DECODERS = (
    "h264,hevc,vvc,av1,libdav1d,vp8,vp9,libvpx,libvpx-vp9,mpeg4,mpeg2video,mpeg1video,h263,"
    "mjpeg,prores,dnxhd,ffv1,huffyuv,ffvhuff,utvideo,rawvideo,qtrle,png"
)
AUDIO_DECODERS = (
    "aac,mp3float,mp3,mp2float,mp2,ac3,eac3,dca,opus,libopus,vorbis,libvorbis,flac,alac,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw"
)
DECODER_PADDING = 64 * 64  # decoders count their pictures with padded rows
# A playlist or a reference inside a file can then reach nothing but local files.
OPTIONS = {
    "format_whitelist": DEMUXERS,
    "codec_whitelist": f"{VIDEO_DECODERS},{AUDIO_DECODERS}",
    "protocol_whitelist": "file",
}


class MediaLimits(Config):
    """The largest film that is read. A picture over `max_pixels` is refused before it is decoded."""

    max_pixels: int = Field(default=8192 * 4320, ge=1)
    max_frames: int = Field(default=2_000_000, ge=1)
    max_seconds: float = Field(default=6 * 3600.0, gt=0)


@dataclass(frozen=True)
class OpenFilm:
    """An open container and its picture stream."""

    path: Path
    container: "InputContainer"
    video: "VideoStream"

    @property
    def time_base(self) -> Fraction:
        """Seconds per tick of the picture stream."""
        return self.video.time_base or Fraction(1, av.time_base)

    @property
    def zero_seconds(self) -> Fraction:
        """Container time of the first picture. Film times, sound's included, count from here."""
        return (self.video.start_time or 0) * self.time_base

    @property
    def rate(self) -> Fraction:
        """Pictures per second as the container says; 25 where it says nothing."""
        return self.video.guessed_rate or self.video.average_rate or Fraction(25)


def decoder_options(limits: MediaLimits) -> dict[str, str]:
    """Return the options of a picture decoder, which then refuses by itself what grows large inside the stream."""
    return {"max_pixels": str(2 * limits.max_pixels + DECODER_PADDING)}


@contextmanager
def open_film(path: Path, limits: MediaLimits) -> Iterator[OpenFilm]:
    """Open a film and choose its picture stream; an attached cover is no picture stream.

    Raises:
        NotFoundError: no such file.
        HostileNameError: the name would escape its folder or break a shell.
        EmptyFileError: zero bytes.
        NotAVideoError: a folder, a device, or no demuxer or decoder of the allow-lists knows the content.
        NoVideoStreamError: sound or still pictures only.
        TruncatedMediaError: the file is shorter than its headers say, or its index is missing.
        MediaLimitError: the picture is larger or the film longer than allowed.
    """
    check_file(path)
    with _opened(path) as container:
        missing = missing_bytes(path)
        if missing:
            raise truncated(path, f"its headers promise {missing} more bytes than the file holds")
        film = OpenFilm(path, container, _picture_stream(path, container))
        _check_size(film, limits)
        yield film


def check_file(path: Path) -> None:
    """Refuse whatever is not a readable, regular, local file with bytes in it.

    Raises:
        NotFoundError, HostileNameError, EmptyFileError, NotAVideoError, MediaError: see `open_film`.
    """
    check_name(path.name)
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(
            f"no film at {printable(path)}", remedy="check the path, then run the command again", subject=str(path)
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise NotAVideoError(
            f"{printable(path)} is a folder", remedy="name one film in it, or: pegbar curate FOLDER", subject=str(path)
        )
    if not stat.S_ISREG(status.st_mode):
        raise NotAVideoError(
            f"{printable(path)} is not a regular file",
            remedy=f"copy the film to a file, then: {probe_again(path)}",
            subject=str(path),
        )
    if status.st_size == 0:
        raise EmptyFileError(
            f"{printable(path)} is empty (0 bytes)",
            remedy=f"copy or download it again, then: {probe_again(path)}",
            subject=str(path),
        )


def truncated(path: Path, why: str) -> TruncatedMediaError:
    """Return the error for a film that ends before its frames do."""
    return TruncatedMediaError(
        f"{printable(path)} is cut off or damaged: {why}",
        remedy=f"copy or download it again, then: {probe_again(path)}",
        subject=str(path),
    )


def over_limit(path: Path, what: str) -> MediaLimitError:
    """Return the error for a film that is larger than allowed."""
    return MediaLimitError(
        f"{printable(path)} has {what}",
        remedy=f"make a smaller or shorter copy of it, then: {probe_again(path)}",
        subject=str(path),
    )


@contextmanager
def _opened(path: Path) -> Iterator["InputContainer"]:
    try:
        # The prefix keeps a name such as "a:b.mp4" from being read as a protocol.
        container = av.open(f"file:{path.absolute()}", options=OPTIONS, metadata_errors="replace")
    except PermissionError as error:
        raise _unreadable(path, error) from error
    except av.error.MemoryError:
        raise
    except av.error.FFmpegError as error:
        if family_of(path) is not None:
            raise truncated(path, "it starts like a film, but its index is missing or broken") from error
        raise NotAVideoError(
            f"{printable(path)} is not a video: its content is none of {KINDS}",
            remedy=f"convert it to mp4 (H.264), then: {probe_again(path)}",
            subject=str(path),
        ) from error
    with container:
        yield container


def _picture_stream(path: Path, container: "InputContainer") -> "VideoStream":
    streams = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not streams:
        held = "a cover picture and sound" if container.streams.video else "no pictures"
        raise NoVideoStreamError(
            f"{printable(path)} has no video stream: it holds {held}",
            remedy=f"use the film the sound came from, then: {probe_again(path)}",
            subject=str(path),
        )
    _check_decoder(path, "video", streams[0].codec_context, VIDEO_DECODERS)
    for sound in container.streams.audio[:1]:
        _check_decoder(path, "sound", sound.codec_context, AUDIO_DECODERS)
    return streams[0]


def _check_decoder(path: Path, kind: str, context: "CodecContext | None", allowed: str) -> None:
    if context is None or context.name not in allowed.split(","):
        name = f"codec {context.name}, which is not" if context is not None else "codec that is not"
        raise NotAVideoError(
            f"{printable(path)} uses a {kind} {name} decoded here",
            remedy=f"convert it to mp4 (H.264 and AAC), then: {probe_again(path)}",
            subject=str(path),
        )


def _is_cover(stream: "VideoStream") -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _check_size(film: OpenFilm, limits: MediaLimits) -> None:
    width, height = film.video.codec_context.width, film.video.codec_context.height
    if width * height > limits.max_pixels:
        raise over_limit(film.path, f"pictures of {width}x{height}; {limits.max_pixels} pixels are allowed")
    seconds = (film.container.duration or 0) / av.time_base
    if seconds > limits.max_seconds:
        raise over_limit(film.path, f"{seconds:.0f} seconds; {limits.max_seconds:.0f} are allowed")


def _unreadable(path: Path, error: OSError) -> MediaError:
    return MediaError(
        f"{printable(path)} cannot be read: {error.strerror or error}",
        remedy=f"make it readable (chmod u+r), then: {probe_again(path)}",
        subject=str(path),
    )
