"""A clip for every shot of a film: upright, cropped, small, at the film's own rate."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.errors import TruncatedMediaError
from pegbar.media import (
    DecodeConfig,
    EncodeConfig,
    Frame,
    FrameReader,
    SandboxLimits,
    read_audio,
    run_sandboxed,
    write_video,
)
from pegbar.media.crop import Crop
from pegbar.steps import Facts, Step
from tasks.curation.detection.detect import Detection
from tasks.curation.detection.shots import DetectedShot
from tasks.curation.sources.source_film import SourceFilm, local_copy

STEP = Step(name="clips", version=2)
Pixels = npt.NDArray[np.uint8]
EPSILON_SECONDS = 1e-6


class ClipsConfig(Config):
    """What clips look like; sides in pixels, sound in hertz."""

    max_side: int = Field(default=480, ge=16)
    audio_sample_rate: int = Field(default=44_100, ge=8_000)
    encode: EncodeConfig = EncodeConfig()
    decode: DecodeConfig = DecodeConfig()
    sandbox: SandboxLimits = SandboxLimits()


def clip_path(folder: Path, shot: int) -> Path:
    """Return where the clip of a film's shot (counted in the film) lies in the artifact's folder."""
    return folder / "clips" / f"{shot:05d}.mp4"


def cut_clips(
    artifacts: Artifacts, sha256: str, film: SourceFilm, detected: Manifest, found: Detection, crop: Crop,
    config: ClipsConfig,
) -> Manifest:  # fmt: skip
    """Cut a film into one clip per shot, in a process of its own, or find that done.

    Raises:
        MediaError: the film does not decode as it did when its shots were found.
    """

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        run_sandboxed(cut_film, path, folder, found, crop, config, limits=config.sandbox, subject=path)
        return {"num_clips": len(found.shot_list.shots)}

    inputs = {"film": sha256, "detection": detected.digest, "crop": digest_of(crop)}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest


def cut_film(path: Path, folder: Path, found: Detection, crop: Crop, config: ClipsConfig) -> None:
    """Write a clip for every shot into `folder`, in one decode.

    Raises:
        MediaError: see `FrameReader`. TruncatedMediaError: a frame is missing.
    """
    frames = iter(FrameReader(path, config.decode))
    clip_path(folder, 0).parent.mkdir()
    for shot in found.shot_list.shots:
        own = list_counted(path, islice(frames, shot.end_frame - shot.start_frame), shot)
        _cut(path, own, folder, shot, found, crop, config)


def _cut(
    path: Path, own: Iterable[Frame], folder: Path, shot: DetectedShot, found: Detection, crop: Crop,
    config: ClipsConfig,
) -> None:  # fmt: skip
    info = found.info
    width, height = (_even(side) for side in crop.fitted(config.max_side))
    pictures = ((frame.seconds, crop.picture(frame, width, height)) for frame in own)
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


def _even(side: int) -> int:
    return max(2, side - side % 2)
