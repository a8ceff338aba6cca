"""Passages through one colour: fades, flashes that hide a cut, and lightning that hides none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.boundary import Boundary
from tasks.curation.detection.cuts import CutConfig, change_across
from tasks.curation.detection.strip import Strip, likeness


class BlankConfig(Config):
    """When a film passes through one colour.

    A picture is blank whose spread is `max_spread` (8-bit). The passage takes in what is veiled on both sides: as
    long as the spread grows by `min_growth` within two frames and each picture is the next one in another light
    (`min_likeness`), for `max_slope_seconds` at most. It must have grown by `min_clearing`. A passage of
    `max_flash_seconds` is a flash or a blink, and no boundary where the picture comes back: see `CutConfig`, but
    above `max_flash_likeness` it has. A longer one that is bright is lightning where the
    picture comes back (`CutConfig.max_likeness`). A longer
    one with sharp edges is none; a blank of over `max_blank_seconds` is a shot by itself, with a boundary at each
    edge that is not sharp.
    """

    max_spread: float = Field(default=18.0, ge=0)
    min_clearing: float = Field(default=10.0, ge=0)
    min_growth: float = Field(default=1.05, ge=1)
    min_likeness: float = Field(default=0.75, le=1)
    max_slope_seconds: float = Field(default=2.0, gt=0)
    max_flash_seconds: float = Field(default=0.55, gt=0)
    min_flash_brightness: float = Field(default=140.0, ge=0)
    max_flash_likeness: float = Field(default=0.6, le=1)
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
    is_blank = strip.spread <= config.max_spread
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_blank, [0]]))).tolist()
    found: list[Passage] = []
    for blank_start, blank_end in zip(edges[::2], edges[1::2], strict=True):
        start = _clear_from(strip, blank_start - 1, -1, config) + 1
        end = _clear_from(strip, blank_end, 1, config)
        if found and blank_start < found[-1].end:
            start, blank_start = found[-1].start, found[-1].blank_start
            found.pop()
        found.append(Passage(start, blank_start, blank_end, end))
    return [passage for passage in found if _is_veil(strip, passage, config)]


def boundaries_at(
    strip: Strip, passage: Passage, veiled: Sequence[tuple[int, int]], config: BlankConfig, cut: CutConfig
) -> list[Boundary]:
    """Return the boundaries that a passage is: one, none where one picture comes back, or two around a long blank."""
    start, end, seconds = passage.start, passage.end, strip.seconds
    if start == 0 or end >= strip.num_frames:
        return []
    change = float(np.abs(strip.pictures[end] - strip.pictures[start - 1]).mean())
    is_bright = strip.pictures[passage.blank_start : passage.blank_end].mean() >= config.min_flash_brightness
    if seconds[end] - seconds[start] <= config.max_flash_seconds:
        if change_across(strip, (start, end), (), veiled, cut.but(max_likeness=config.max_flash_likeness)) is None:
            return []
        return [Boundary((start + end) // 2, "flash" if is_bright else "fade", start, end, change)]
    if is_bright and likeness(strip.pictures[start - 1], strip.pictures[end]) > cut.max_likeness:
        return []
    if seconds[passage.blank_end] - seconds[passage.blank_start] <= config.max_blank_seconds:
        return [Boundary((start + end) // 2, "fade", start, end, change)]
    slopes = ((start, passage.blank_start, passage.blank_start), (passage.blank_end, end, passage.blank_end))
    return [Boundary(frame, "fade", first, last, change) for first, last, frame in slopes if first < last]


def _clear_from(strip: Strip, frame: int, step: int, config: BlankConfig) -> int:
    """Walk from a blank for as long as the picture clears; return the first clear frame, maybe outside the film."""
    limit = strip.num_frames
    origin = strip.seconds[min(max(frame, 0), limit - 1)]
    while 0 <= frame < limit and abs(strip.seconds[frame] - origin) <= config.max_slope_seconds:
        ahead = [strip.spread[other] for other in (frame + step, frame + 2 * step) if 0 <= other < limit]
        if not ahead or max(ahead) < config.min_growth * strip.spread[frame]:
            break
        is_faint = strip.spread[frame] <= config.max_spread
        if not is_faint and likeness(strip.pictures[frame], strip.pictures[frame + step]) < config.min_likeness:
            break
        frame += step
    return frame


def _is_veil(strip: Strip, passage: Passage, config: BlankConfig) -> bool:
    sides = [strip.spread[frame] for frame in (passage.start - 1, passage.end) if 0 <= frame < strip.num_frames]
    veiled = strip.spread[passage.start : passage.end].min()
    if not sides or min(sides) < veiled + config.min_clearing:
        return False
    is_sharp = (passage.start, passage.end) == (passage.blank_start, passage.blank_end)
    last = min(passage.end, strip.num_frames - 1)
    return not is_sharp or bool(strip.seconds[last] - strip.seconds[passage.start] <= config.max_flash_seconds)
