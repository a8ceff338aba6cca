"""Which sudden changes are cuts: neither flash, nor whip pan, nor a drawing held for three frames.

A cut stands alone: motion goes on, so that what it does in one frame it does again within half a second.
"""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.boundary import Boundary
from tasks.curation.detection.detector_cuts import adaptive_ratio
from tasks.curation.detection.strip import Pictures, Strip, likeness, relit
from tasks.curation.frame_table import CHANNELS

Gap = tuple[int, int]


class CutConfig(Config):
    """When a sudden change is believed. Changes are mean absolute differences of 8-bit RGB.

    Asked about are frames whose content score is `faint_content`, or `lone_content` and `lone_ratio` times its
    neighbours': cuts within one place score low. The step must be `min_step`. The next move on either side, that is
    the next step of `min_move` of it, may reach `max_next_step` of it: a whip pan may take two drawings, each held
    for three frames. No step within `alone_seconds` may reach `max_other_step` of it. The pictures within
    `side_seconds` on both sides are compared, as far as no other boundary lies between: `min_parted` of the cells
    must show nothing on one side that they show on the other, to within `same_cell`. A figure that moves or turns
    uncovers what it hid. Where another step reaches `max_calm_step`, because something passes close by,
    `min_parted_relit` must be parted even in one light. Above `max_likeness` the two sides are one picture in
    another light.
    """

    faint_content: float = Field(default=12.0, ge=0)
    lone_content: float = Field(default=5.0, ge=0)
    lone_ratio: float = Field(default=3.0, ge=1)
    min_step: float = Field(default=8.0, ge=0)
    alone_seconds: float = Field(default=0.5, gt=0)
    min_move: float = Field(default=0.15, ge=0, le=1)
    max_next_step: float = Field(default=0.6, ge=0)
    max_calm_step: float = Field(default=0.75, ge=0)
    max_other_step: float = Field(default=1.6, ge=0)
    side_seconds: float = Field(default=1.0, gt=0)
    side_pictures: int = Field(default=12, ge=1)
    same_cell: float = Field(default=12.0, ge=0)
    min_parted: float = Field(default=0.15, ge=0, le=1)
    min_parted_relit: float = Field(default=0.14, ge=0, le=1)
    max_likeness: float = Field(default=0.8, le=1)


def believed_cuts(strip: Strip, walls: Sequence[Gap], veiled: Sequence[Gap], config: CutConfig) -> list[Boundary]:
    """Return the sudden changes that the pictures on both sides bear out, in order.

    Args:
        strip: the film.
        walls: (start, end) of boundaries found already; no side reaches beyond.
        veiled: frames that show another colour than they would, such as lightning; their edges are no cuts.
        config: the thresholds.
    """
    is_lone = (strip.content >= config.lone_content) & (adaptive_ratio(strip.content) >= config.lone_ratio)
    is_asked = is_lone | (strip.content >= config.faint_content)
    is_asked[:1] = False
    for start, end in veiled:
        is_asked[start : end + 1] = False
    asked = np.flatnonzero(is_asked)
    steps = np.abs(strip.pictures[asked] - strip.pictures[asked - 1]).mean(-1)
    walls = list(walls)
    found: list[Boundary] = []
    for frame in asked[np.argsort(-steps, kind="stable")].tolist():  # a weak one counts within its own shot alone
        change = change_across(strip, (frame, frame), walls, veiled, config)
        if change is not None:
            found.append(Boundary(frame, "cut", frame, frame, change))
            walls.append((frame, frame))
    return sorted(found, key=lambda cut: cut.frame)


def change_across(
    strip: Strip, gap: Gap, walls: Sequence[Gap], veiled: Sequence[Gap], config: CutConfig
) -> float | None:
    """Return how far a film is, and stays, from itself across a gap; None where that is one shot.

    Args:
        strip: the film.
        gap: start and end (exclusive) of what lies between; the same frame twice for a cut.
        walls: boundaries, beyond which the two sides do not reach. veiled: frames that do not count.
        config: the thresholds.
    """
    near = sides_of(strip, gap, walls, veiled, config.alone_seconds)
    if not len(near[0]) or not len(near[1]):
        return None
    step = float(np.abs(near[1][0] - near[0][-1]).mean())
    if step < config.min_step or likeness(near[0][-1], near[1][0]) > config.max_likeness:
        return None
    others = [_steps(side) / step for side in (near[0][::-1], near[1])]  # both from the gap outwards
    largest = max(map(_largest, others))
    next_ones = (_largest(side[side >= config.min_move][:1]) for side in others)
    if largest > config.max_other_step or max(next_ones) > config.max_next_step:
        return None
    before, after = sides_of(strip, gap, walls, veiled, config.side_seconds)
    if parted_share(before, after, config) < config.min_parted:
        return None
    is_calm = largest <= config.max_calm_step
    return step if is_calm or parted_share(relit(before), relit(after), config) >= config.min_parted_relit else None


def sides_of(
    strip: Strip, gap: Gap, walls: Sequence[Gap], veiled: Sequence[Gap], seconds: float
) -> tuple[Pictures, Pictures]:
    """Return the pictures right before and right after a gap, as `change_across` compares them."""
    start, end = gap
    first = max([0, *(wall_end for _, wall_end in walls if wall_end <= start)])
    last = min([strip.num_frames, *(wall_start for wall_start, _ in walls if wall_start >= end and wall_start > start)])
    first = max(first, strip.frame_at(strip.seconds[start] - seconds))
    last = min(last, strip.frame_at(strip.seconds[end] + seconds))
    counts = np.ones(strip.num_frames, bool)
    for veil_start, veil_end in veiled:
        counts[veil_start:veil_end] = False
    return strip.pictures[first:start][counts[first:start]], strip.pictures[end:last][counts[end:last]]


def parted_share(before: Pictures, after: Pictures, config: CutConfig) -> float:
    """Return the share of cells that show nothing after that they showed before."""
    sides = (side[:: -(-len(side) // config.side_pictures)] for side in (before, after))
    one, other = (np.ascontiguousarray(side.reshape(len(side), -1, CHANNELS).transpose(0, 2, 1)) for side in sides)
    nearest = np.abs(one[:, None] - other[None]).max(2).min((0, 1))
    return float((nearest >= config.same_cell).mean())


def _steps(side: Pictures) -> Pictures:
    steps: Pictures = np.abs(np.diff(side, axis=0)).mean(-1)
    return steps


def _largest(steps: Pictures) -> float:
    return float(steps.max(initial=0.0))
