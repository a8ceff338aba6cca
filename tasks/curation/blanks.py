"""Passages through one colour: fades, flashes that hide a cut, and lightning that hides none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.boundary import Boundary
from tasks.curation.cuts import CutConfig, change_across
from tasks.curation.strip import Strip


class BlankConfig(Config):
    """When a film passes through one colour.

    A picture is blank whose spread is `max_spread` (8-bit); the passage takes in what is veiled on both sides:
    as long as the spread grows by `min_growth` within two frames, for `max_slope_seconds` at most. It must have
    grown to `min_clearing` times `max_spread`, or nothing was veiled. A passage of `max_flash_seconds` is a
    flash or a blink, and no boundary where the picture comes back; a blank of over `max_blank_seconds`
    is a shot by itself, with a boundary on both sides where these are no cuts.
    """

    max_spread: float = Field(default=14.0, ge=0)
    min_growth: float = Field(default=1.03, ge=1)
    max_slope_seconds: float = Field(default=2.0, gt=0)
    min_clearing: float = Field(default=2.0, ge=1)
    max_flash_seconds: float = Field(default=0.45, gt=0)
    min_flash_brightness: float = Field(default=140.0, ge=0)
    max_blank_seconds: float = Field(default=1.0, ge=0)


@dataclass(frozen=True)
class Passage:
    """Frames `start` to `end` (exclusive) are veiled, of which `blank_start` to `blank_end` show one colour."""

    start: int
    blank_start: int
    blank_end: int
    end: int


def passages_of(strip: Strip, config: BlankConfig) -> list[Passage]:
    """Return every passage through one colour, in order; those of the film's own ends among them."""
    is_blank = np.concatenate([[False], strip.spread <= config.max_spread, [False]])
    edges = np.flatnonzero(np.diff(is_blank.astype(int))).tolist()
    found: list[Passage] = []
    for blank_start, blank_end in zip(edges[::2], edges[1::2], strict=True):
        start = _clear_from(strip, blank_start - 1, -1, config) + 1
        end = _clear_from(strip, blank_end, 1, config)
        if found and blank_start < found[-1].end:
            start, blank_start = found[-1].start, found[-1].blank_start
            found.pop()
        found.append(Passage(start, blank_start, blank_end, end))
    return [passage for passage in found if _was_veiled(strip, passage, config)]


def boundaries_at(
    strip: Strip, passage: Passage, walls: Sequence[tuple[int, int]], config: BlankConfig, cut: CutConfig
) -> list[Boundary]:
    """Return the boundaries that a passage is: one, none where one picture comes back, or two around a long blank."""
    start, end, seconds = passage.start, passage.end, strip.seconds
    if start == 0 or end >= strip.num_frames:
        return []
    change = float(np.abs(strip.pictures[end] - strip.pictures[start - 1]).mean())
    middle = (start + end) // 2
    if seconds[end] - seconds[start] <= config.max_flash_seconds:
        if change_across(strip, (start, end), walls, cut) is None:
            return []
        is_bright = strip.pictures[passage.blank_start : passage.blank_end].mean() >= config.min_flash_brightness
        return [Boundary(middle, "flash" if is_bright else "fade", start, end, change)]
    if seconds[passage.blank_end] - seconds[passage.blank_start] <= config.max_blank_seconds:
        return [Boundary(middle, "fade", start, end, change)]
    sides = ((start, passage.blank_start, passage.blank_start), (passage.blank_end, end, passage.blank_end))
    return [
        Boundary(frame, "fade" if last - first > 1 else "cut", first, last if last - first > 1 else first, change)
        for first, last, frame in sides
    ]


def _clear_from(strip: Strip, frame: int, step: int, config: BlankConfig) -> int:
    """Walk from a blank for as long as the picture clears; return the first clear frame, maybe outside the film."""
    limit = strip.num_frames
    origin = strip.seconds[min(max(frame, 0), limit - 1)]
    while 0 <= frame < limit and abs(strip.seconds[frame] - origin) <= config.max_slope_seconds:
        ahead = [strip.spread[other] for other in (frame + step, frame + 2 * step) if 0 <= other < limit]
        if not ahead or max(ahead) < config.min_growth * strip.spread[frame]:
            break
        frame += step
    return frame


def _was_veiled(strip: Strip, passage: Passage, config: BlankConfig) -> bool:
    sides = [strip.spread[frame] for frame in (passage.start - 1, passage.end) if 0 <= frame < strip.num_frames]
    return bool(sides) and min(sides) >= config.min_clearing * config.max_spread
