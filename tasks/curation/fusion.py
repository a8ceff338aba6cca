"""The rule that decides every boundary of a film: believed cuts first, then dissolves and fades between them."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.boundary import Boundary, spaced
from tasks.curation.cuts import CutConfig, believed_cuts
from tasks.curation.frame_scores import CHANNELS, FrameScores
from tasks.curation.gradual import GradualConfig, gradual_changes


class FusionConfig(Config):
    """Thresholds as data: raise `version` when a default changes."""

    version: int = 1
    min_shot_seconds: float = Field(default=0.4, ge=0)
    max_blank_seconds: float = Field(default=1.0, ge=0)
    cut: CutConfig = CutConfig()
    gradual: GradualConfig = GradualConfig()


def fuse(scores: FrameScores, fps: float, config: FusionConfig) -> list[Boundary]:
    """Decide every boundary of a film from its scores, in order; the film's start is none."""
    cuts = spaced(believed_cuts(scores, fps, config.cut), scores.seconds, config.min_shot_seconds)
    edges = [0, *(cut.frame for cut in cuts), scores.num_frames]
    gradual = [
        stretch
        for first, end in pairwise(edges)
        for stretch in gradual_changes(scores, (first, end), fps, config.gradual)
    ]
    fades, dissolves = _fades_apart(gradual, cuts, scores, config)
    return spaced([*cuts, *fades, *dissolves], scores.seconds, config.min_shot_seconds)


def _fades_apart(
    changes: list[Boundary], cuts: list[Boundary], scores: FrameScores, config: FusionConfig
) -> tuple[list[Boundary], list[Boundary]]:
    """Split straight changes into fades, whose one end is blank, and dissolves.

    A fade out and a fade in around one short blank are one boundary, in its middle. A blank that
    begins or ends the film, or that a cut begins or ends, adds none; a long blank is a shot.
    """
    spread = scores.thumbnails.reshape(scores.num_frames, -1, CHANNELS).std(1, dtype=np.float32).max(1)
    is_blank = spread <= config.gradual.max_blank_spread
    fades: dict[int, Boundary] = {}
    dissolves = []
    for change in changes:
        blank = _blank_run(is_blank, change) if change.kind == "dissolve" else None
        if blank is None:
            dissolves.append(change)  # or a fade that is whole already
            continue
        for frame in _blank_boundaries(blank, cuts, scores, config):
            fades[frame] = Boundary(frame, "fade", change.first, change.last, change.change)
    return list(fades.values()), dissolves


def _blank_run(is_blank: npt.NDArray[np.bool_], change: Boundary) -> tuple[int, int] | None:
    """Return the first and last frame of the blank that a change starts from or leads to."""
    for seed, step in ((change.first - 1, -1), (change.last + 1, 1)):
        seed = min(max(seed, 0), len(is_blank) - 1)
        for start in (seed, min(max(seed + step, 0), len(is_blank) - 1)):
            if is_blank[start]:
                first = last = start
                while first > 0 and is_blank[first - 1]:
                    first -= 1
                while last + 1 < len(is_blank) and is_blank[last + 1]:
                    last += 1
                return first, last
    return None


def _blank_boundaries(
    blank: tuple[int, int], cuts: list[Boundary], scores: FrameScores, config: FusionConfig
) -> tuple[int, ...]:
    first, last = blank
    is_short = scores.seconds[last] - scores.seconds[first] <= config.max_blank_seconds
    if first == 0 or last == scores.num_frames - 1:
        return ()
    if any(first <= cut.frame <= last + 1 for cut in cuts):
        return ()
    return ((first + last + 1) // 2,) if is_short else (first, last + 1)
