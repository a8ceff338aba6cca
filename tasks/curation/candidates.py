"""Which frames of a film may show a character well, and those frames, from one decode (AS-12)."""

from collections import defaultdict
from collections.abc import Iterator
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


class CandidatesConfig(Config):
    """Which frames are tried.

    Args:
        per_second: the paper's 1 frame a second; a shorter shot gives its middle frame.
        max_shots: shots tried per character, those where it is alone first, then the longer ones.
        enough_alone: from this many shots alone on, those it shares with others are not tried.
        frames_per_shot: frames the segmenter sees of a shot, candidates among them.
        margin_share: how much of a shot's start and end, where cuts and dissolves are, is left out.
        max_side: longer side of the frames worked on, in pixels.
    """

    decode: DecodeConfig = DecodeConfig()
    sandbox: SandboxLimits = SandboxLimits()
    per_second: float = Field(default=1.0, gt=0)
    max_shots: int = Field(default=8, ge=1)
    enough_alone: int = Field(default=2, ge=1)
    frames_per_shot: int = Field(default=9, ge=1)
    margin_share: float = Field(default=0.15, ge=0, lt=0.5)
    max_side: int = Field(default=768, ge=64)


@dataclass(frozen=True)
class Sampled:
    """One frame of a shot, small enough to keep."""

    index: int
    seconds: float
    pixels: Pixels


@dataclass(frozen=True)
class ShotPlan:
    """Which frames of a shot are wanted, which of them are candidates, and for whom."""

    shot: Shot
    frames: tuple[int, ...]
    targets: tuple[int, ...]
    character_ids: tuple[str, ...]


def plan_shots(told: AnnotatedFilm, config: CandidatesConfig) -> dict[str, ShotPlan]:
    """Return, by shot id and in film order, what to look at."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for character in told.annotation.characters:
        listing = [
            shot
            for shot in told.annotation.shots
            if character.character_id in shot.character_ids and shot.kept and not shot.is_prologue_or_epilogue
        ]
        listing.sort(key=lambda shot: (len(shot.character_ids), shot.start_seconds - shot.end_seconds, shot.shot_id))
        alone = [shot for shot in listing if len(shot.character_ids) == 1]
        for shot in (alone if len(alone) >= config.enough_alone else listing)[: config.max_shots]:
            wanted[shot.shot_id].add(character.character_id)
    return {
        shot.shot_id: ShotPlan(shot, *wanted_frames(shot, config), tuple(sorted(wanted[shot.shot_id])))
        for shot in sorted(told.annotation.shots, key=lambda shot: shot.start_frame)
        if shot.shot_id in wanted
    }


def wanted_frames(shot: Shot, config: CandidatesConfig) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the frames to look at, evenly spread, and the positions among them of the candidates."""
    length = shot.end_frame - shot.start_frame
    margin = int(config.margin_share * length)
    first, last = shot.start_frame + margin, shot.end_frame - 1 - margin
    number = min(config.frames_per_shot, last - first + 1)
    frames = np.unique(np.linspace(first, last, number).round().astype(int))
    seconds = shot.end_seconds - shot.start_seconds
    candidates = min(len(frames), max(1, int(seconds * config.per_second)))
    # the middles of equal parts: a single candidate is the middle frame
    targets = np.unique(((np.arange(candidates) + 0.5) * len(frames) / candidates).astype(int))
    return tuple(map(int, frames)), tuple(map(int, targets))


def sampled_shots(
    path: Path, plan: dict[str, ShotPlan], crop: Crop, folder: Path, config: CandidatesConfig
) -> Iterator[tuple[Shot, list[Sampled]]]:
    """Yield each planned shot with its frames, which one decode in a process of its own left in `folder`."""
    wanted = frozenset(frame for shot in plan.values() for frame in shot.frames)
    seconds = run_sandboxed(keep_frames, path, wanted, crop, folder, config, limits=config.sandbox, subject=path)
    for planned in plan.values():
        yield (
            planned.shot,
            [Sampled(frame, seconds[frame], np.load(_kept(folder, frame))) for frame in planned.frames],
        )


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
