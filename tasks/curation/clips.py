"""A clip and a thumbnail for every shot of a film, in one decode: upright, small, at the film's own rate."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.errors import TruncatedMediaError
from pegbar.media import DecodeConfig, EncodeConfig, Frame, FrameReader, read_audio, write_video
from pegbar.media.decode import fitted_size
from pegbar.steps import Facts, Step
from tasks.curation.detect import Detection
from tasks.curation.shots import DetectedShot
from tasks.curation.source_film import SourceFilm, local_copy

STEP = Step(name="clips", version=1)
Pixels = npt.NDArray[np.uint8]
EPSILON_SECONDS = 1e-6


class ClipsConfig(Config):
    """What clips and thumbnails look like; sides in pixels, sound in hertz."""

    max_side: int = Field(default=480, ge=16)
    audio_sample_rate: int = Field(default=44_100, ge=8_000)
    thumbnail_side: int = Field(default=320, ge=16)
    thumbnail_quality: int = Field(default=85, ge=1, le=100)
    encode: EncodeConfig = EncodeConfig()
    decode: DecodeConfig = DecodeConfig()


def clip_path(folder: Path, shot: int) -> Path:
    """Return where the clip of a film's shot (counted in the film) lies in the artifact's folder."""
    return folder / "clips" / f"{shot:05d}.mp4"


def thumbnail_path(folder: Path, shot: int) -> Path:
    """Return where its thumbnail lies."""
    return folder / "thumbnails" / f"{shot:05d}.jpg"


def cut_clips(
    artifacts: Artifacts, sha256: str, film: SourceFilm, detected: Manifest, found: Detection, config: ClipsConfig
) -> Manifest:
    """Cut a film into one clip per shot, or find that done.

    Raises:
        MediaError: the film does not decode as it did when its shots were found.
    """

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        frames = iter(FrameReader(path, config.decode))
        clip_path(folder, 0).parent.mkdir()
        thumbnail_path(folder, 0).parent.mkdir()
        for shot in found.shot_list.shots:
            _cut(path, frames, folder, shot, found, config)
        return {"num_clips": len(found.shot_list.shots)}

    manifest, _ = artifacts.run(STEP, {"film": sha256, "detection": detected.digest}, config, make)
    return manifest


def _cut(
    path: Path, frames: Iterator[Frame], folder: Path, shot: DetectedShot, found: Detection, config: ClipsConfig
) -> None:
    info = found.info
    own = list_counted(path, islice(frames, shot.end_frame - shot.start_frame), shot)
    pictures = _pictures(own, shot, thumbnail_path(folder, shot.index), config)
    fps = Fraction(info.fps_exact)
    steady = _steady(pictures, shot, fps) if info.is_variable_frame_rate else (pixels for _, pixels in pictures)
    sound = None
    if info.has_audio:
        sound = read_audio(
            path, config.audio_sample_rate, shot.start_seconds, shot.end_seconds, limits=config.decode.limits
        )
    write_video(clip_path(folder, shot.index), steady, fps, sound, config.encode)


def list_counted(path: Path, frames: Iterable[Frame], shot: DetectedShot) -> Iterator[Frame]:
    """Yield a shot's frames, and refuse a film that gives fewer than it did before.

    Raises:
        TruncatedMediaError: a frame is missing.
    """
    count = 0
    for frame in frames:
        count += 1
        yield frame
    if count < shot.end_frame - shot.start_frame:
        raise TruncatedMediaError(
            f"{path.name}: shot {shot.index} has {count} frames, not {shot.end_frame - shot.start_frame}",
            remedy="copy the film again",
            subject=path.name,
        )


def _pictures(
    frames: Iterable[Frame], shot: DetectedShot, thumbnail: Path, config: ClipsConfig
) -> Iterator[tuple[float, Pixels]]:
    """Yield (film seconds, RGB pixels of an even size), and write the middle one as the thumbnail."""
    middle = (shot.start_frame + shot.end_frame) // 2
    for frame in frames:
        if frame.index == middle:
            write_jpeg(thumbnail, frame.fitted(config.thumbnail_side), config.thumbnail_quality)
        width, height = fitted_size(frame.width, frame.height, config.max_side)
        yield frame.seconds, frame.scaled(_even(width), _even(height))


def _steady(pictures: Iterable[tuple[float, Pixels]], shot: DetectedShot, fps: Fraction) -> Iterator[Pixels]:
    """Yield a picture for every tick of a constant rate: the one that is on the screen then."""
    wanted = max(1, round((shot.end_seconds - shot.start_seconds) * fps))
    given = 0
    shown: Pixels | None = None
    for seconds, pixels in pictures:
        while shown is not None and given < wanted and shot.start_seconds + given / fps < seconds - EPSILON_SECONDS:
            given += 1
            yield shown
        shown = pixels
    if shown is not None:
        for _ in range(wanted - given):
            yield shown


def write_jpeg(path: Path, pixels: Pixels, quality: int) -> None:
    """Write RGB pixels, shape (height, width, 3), as a JPEG."""
    _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    path.write_bytes(encoded.tobytes())


def _even(side: int) -> int:
    return max(2, side - side % 2)
