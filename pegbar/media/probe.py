"""What a film is: one demux of its packets and one decoded frame."""

from fractions import Fraction
from pathlib import Path
from statistics import median

import av

from pegbar.media.container import MediaLimits, OpenFilm, decoder_options, open_film, over_limit, truncated
from pegbar.media.decode import Degrees, Orientation
from pegbar.records import Record

# Times are rounded to milliseconds by Matroska; more uneven than this is a variable frame rate.
CONSTANT_RATE_JITTER_SECONDS = Fraction(21, 10_000)
MAX_RATE_DEVIATION = Fraction(1, 100)  # a stated rate further from the measured one is not believed


class MediaInfo(Record):
    """One film as probed. `width` x `height` is what is displayed; coded sizes are before rotation.

    `fps` is the mean rate, `fps_exact` the same as a fraction ("24000/1001"); `duration_seconds`
    runs from the first picture to the end of the last; `start_seconds` is the first picture's
    container time, which film times count from; `rotation_degrees` is clockwise and already applied
    to frames that pegbar decodes.
    """

    name: str
    size_bytes: int
    container: str
    video_codec: str
    pixel_format: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    sample_aspect_ratio: str
    rotation_degrees: Degrees
    fps: float
    fps_exact: str
    num_frames: int
    duration_seconds: float
    start_seconds: float
    is_variable_frame_rate: bool
    has_audio: bool
    sample_rate: int | None


def probe(path: Path, limits: MediaLimits = MediaLimits()) -> MediaInfo:  # noqa: B008 - frozen
    """Read a film's facts. Frames are counted from packets, exactly, without decoding them.

    Raises:
        NotFoundError, HostileNameError, MediaError: see `open_film`; TruncatedMediaError also where
            the index names bytes beyond the end, a packet is incomplete or no frame decodes.
    """
    with open_film(path, limits) as film:
        _check_index(film)
        times, picture = _demuxed(film, limits)
        step, is_variable = _interval(times)
        duration = times[-1] - times[0] + (step or 1 / film.rate)
        fps = _rate(film, len(times) / duration, is_variable)
        if duration > limits.max_seconds:
            raise over_limit(path, f"{float(duration):.0f} seconds; {limits.max_seconds:.0f} are allowed")
        return _info(film, picture, len(times), fps, duration, is_variable)


def _info(
    film: OpenFilm, picture: av.VideoFrame, num_frames: int, fps: Fraction, duration: Fraction, is_variable: bool
) -> MediaInfo:
    orientation = Orientation.of(picture)
    width, height = orientation.turned((picture.width, picture.height))
    sound = film.container.streams.audio
    return MediaInfo(
        name=film.path.name,
        size_bytes=film.path.stat().st_size,
        container=film.container.format.name.split(",")[0],
        video_codec=film.video.codec_context.name,
        pixel_format=picture.format.name,
        width=width,
        height=height,
        coded_width=picture.width,
        coded_height=picture.height,
        sample_aspect_ratio=str(film.video.sample_aspect_ratio or 1),
        rotation_degrees=orientation.rotation_degrees,
        fps=float(fps),
        fps_exact=str(fps),
        num_frames=num_frames,
        duration_seconds=float(duration),
        start_seconds=float(film.zero_seconds),
        is_variable_frame_rate=is_variable,
        has_audio=bool(sound),
        sample_rate=sound[0].codec_context.sample_rate if sound else None,
    )


def _check_index(film: OpenFilm) -> None:
    size = film.path.stat().st_size
    end = max((entry.pos + entry.size for entry in film.video.index_entries), default=0)
    if end > size:
        raise truncated(film.path, f"its index names {end - size} bytes beyond the end of the file")


def _demuxed(film: OpenFilm, limits: MediaLimits) -> tuple[list[Fraction], av.VideoFrame]:
    """Return every frame's presentation time, sorted, and the first frame that decodes."""
    film.video.codec_context.options = decoder_options(limits)
    ticks: list[int | None] = []
    picture: av.VideoFrame | None = None
    for packet in film.container.demux(film.video):
        if packet.is_corrupt:
            raise truncated(film.path, f"the packet of frame {len(ticks)} is incomplete")
        if packet.size and not packet.is_discard:
            ticks.append(packet.pts if packet.pts is not None else packet.dts)
            if len(ticks) > limits.max_frames:
                raise over_limit(film.path, f"over {limits.max_frames} frames")
        if picture is None:
            picture = _first(packet)
    if picture is None:
        raise truncated(film.path, "not one frame can be decoded")
    known = sorted(tick for tick in ticks if tick is not None)
    if len(known) < len(ticks):
        return [index / film.rate for index in range(len(ticks))], picture
    return [tick * film.time_base for tick in known], picture


def _first(packet: av.Packet) -> av.VideoFrame | None:
    try:
        return next((picture for picture in packet.decode() if isinstance(picture, av.VideoFrame)), None)
    except av.error.MemoryError:
        raise
    except av.error.FFmpegError:
        return None


def _interval(times: list[Fraction]) -> tuple[Fraction | None, bool]:
    """Return the usual time from frame to frame, and whether it varies."""
    steps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    if not steps:
        return None, False
    return median(steps), max(steps) - min(steps) > CONSTANT_RATE_JITTER_SECONDS


def _rate(film: OpenFilm, measured: Fraction, is_variable: bool) -> Fraction:
    stated = Fraction(film.rate)
    if not is_variable and abs(stated - measured) <= measured * MAX_RATE_DEVIATION:
        return stated
    return measured.limit_denominator(1001)
