"""Which frames of a film may show a character, and those frames, from one decode (AS-12)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from models.segmenters import Pixels
from pegbar.config import Config
from pegbar.media import DecodeConfig, FrameReader, SandboxLimits, run_sandboxed
from pegbar.media.crop import Crop
from pegbar.records import Shot
from tasks.curation.annotate import AnnotatedFilm

MAX_KEPT_BYTES = 6_000_000_000
"""Of frames on the disk at once: those of some forty minutes; it decides where they lie, not what is found."""
NUM_CHANNELS = 3


class CandidatesConfig(Config):
    """Which frames are tried, and which are learnt from.

    Args:
        per_second: the paper's 1 frame a second; a shorter shot gives its middle frame.
        frames_per_shot: frames the segmenter sees of a shot, candidates among them; more where there are more
            candidates.
        max_frames: of one shot, however long it is.
        margin_share: how much of a shot's start and end, where cuts and dissolves are, is left out.
        max_side: longer side of the frames worked on, in pixels.
        glimpse_frames, glimpse_side: of each shot of a story, what the segmenter may learn the characters from.
    """

    decode: DecodeConfig = DecodeConfig()
    sandbox: SandboxLimits = SandboxLimits()
    per_second: float = Field(default=1.0, gt=0)
    frames_per_shot: int = Field(default=9, ge=1)
    max_frames: int = Field(default=90, ge=1)
    margin_share: float = Field(default=0.15, ge=0, lt=0.5)
    max_side: int = Field(default=768, ge=64)
    glimpse_frames: int = Field(default=3, ge=1)
    glimpse_side: int = Field(default=256, ge=64)


@dataclass(frozen=True)
class Sampled:
    """One frame of a shot, small enough to keep."""

    index: int
    seconds: float
    pixels: Pixels


@dataclass(frozen=True)
class ShotPlan:
    """Which frames of a shot are wanted, and the places among them of the candidates."""

    shot: Shot
    frames: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True)
class KeptFrames:
    """Frames that one decode left in a folder."""

    folder: Path
    seconds: dict[int, float]

    def load(self, frame: int) -> Sampled:
        """Return one of them."""
        return Sampled(frame, self.seconds[frame], np.load(_kept(self.folder, frame)))


def plan_shots(told: AnnotatedFilm, config: CandidatesConfig) -> list[ShotPlan]:
    """Return what to look at, in film order: every kept shot that lists a character."""
    listing = [
        shot for shot in told.annotation.shots if shot.character_ids and shot.kept and not shot.is_prologue_or_epilogue
    ]
    listing.sort(key=lambda shot: shot.start_frame)
    return [ShotPlan(shot, *wanted_frames(shot, config)) for shot in listing]


def wanted_frames(shot: Shot, config: CandidatesConfig) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the frames to look at, evenly spread, and the positions among them of the candidates."""
    length = shot.end_frame - shot.start_frame
    margin = int(config.margin_share * length)
    first, last = shot.start_frame + margin, shot.end_frame - 1 - margin
    wanted = max(1, int((shot.end_seconds - shot.start_seconds) * config.per_second))
    number = min(max(config.frames_per_shot, wanted), config.max_frames, last - first + 1)
    frames = np.unique(np.linspace(first, last, number).round().astype(int))
    candidates = min(len(frames), wanted)
    # the middles of equal parts: a single candidate is the middle frame
    targets = np.unique(((np.arange(candidates) + 0.5) * len(frames) / candidates).astype(int))
    return tuple(map(int, frames)), tuple(map(int, targets))


def by_story(plan: Sequence[ShotPlan]) -> dict[str, list[ShotPlan]]:
    """Return the shots of each story, stories in the order of their first shot."""
    stories: dict[str, list[ShotPlan]] = {}
    for planned in plan:
        stories.setdefault(planned.shot.story_id, []).append(planned)
    return stories


def batches_of(plan: Sequence[ShotPlan], crop: Crop, config: CandidatesConfig) -> Iterator[list[ShotPlan]]:
    """Cut a plan into whole stories whose frames take no more of the disk together than `MAX_KEPT_BYTES`."""
    width, height = crop.fitted(config.max_side)
    batch: list[ShotPlan] = []
    for shots in by_story(plan).values():
        num_frames = sum(len(planned.frames) for planned in (*batch, *shots))
        if batch and num_frames * width * height * NUM_CHANNELS > MAX_KEPT_BYTES:
            yield batch
            batch = []
        batch += shots
    if batch:
        yield batch


def decode_frames(
    path: Path, plan: Sequence[ShotPlan], crop: Crop, folder: Path, config: CandidatesConfig
) -> KeptFrames:
    """Decode the planned frames in a process of its own and leave them in `folder`.

    Raises:
        MediaError: the film no longer decodes.
    """
    wanted = frozenset(frame for shot in plan for frame in shot.frames)
    seconds = run_sandboxed(keep_frames, path, wanted, crop, folder, config, limits=config.sandbox, subject=path)
    return KeptFrames(folder, seconds)


def keep_frames(
    path: Path, wanted: frozenset[int], crop: Crop, folder: Path, config: CandidatesConfig
) -> dict[int, float]:
    """Decode a film up to the last wanted frame; leave the wanted ones, cropped, and return their film times."""
    seconds: dict[int, float] = {}
    width, height = crop.fitted(config.max_side)
    for frame in FrameReader(path, config.decode):
        if frame.index in wanted:
            seconds[frame.index] = frame.seconds
            np.save(_kept(folder, frame.index), crop.picture(frame, width, height))
        if len(seconds) == len(wanted):
            break
    return seconds


def _kept(folder: Path, frame: int) -> Path:
    return folder / f"{frame}.npy"
