"""Dissolves and wipes: windows that begin in one picture and end in another, and how they go from one to the other."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from pegbar.records import Transition
from tasks.curation.detection.boundary import Boundary
from tasks.curation.detection.cuts import CutConfig, Gap, parted_share, sides_of
from tasks.curation.detection.dissolves import DissolveConfig, dissolve_in
from tasks.curation.detection.strip import Pictures, Strip, likeness, likest, relit
from tasks.curation.detection.wipes import WipeConfig, wipe_in
from tasks.curation.frame_table import CHANNELS


class GradualConfig(Config):
    """Which windows are looked at, and what a dissolve or a wipe in one must be like.

    Windows of `window_seconds` are tried, of which at most `max_pictures` evenly spaced pictures are looked at. The
    first and the last must differ by `min_change` (mean, 8-bit) and in `min_coverage` of the cells (by
    `min_cell_change`), and not be one picture in another light (`max_likeness`). Beyond the change a share of
    the cells, `min_parted_dissolve` or `min_parted_wipe`, must show nothing that they showed before (see
    `CutConfig`), and `min_parted_relit` where all pictures are given one brightness: what passes by uncovers what
    it hid. Where several overlap that one stays whose change is largest, less its residual times `residual_weight`.
    """

    window_seconds: tuple[float, ...] = (0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
    min_frames: int = Field(default=6, ge=4)
    max_pictures: int = Field(default=17, ge=5)
    min_change: float = Field(default=14.0, ge=0)
    min_cell_change: float = Field(default=12.0, ge=0)
    min_coverage: float = Field(default=0.5, ge=0, le=1)
    max_likeness: float = Field(default=0.75, le=1)
    residual_weight: float = Field(default=4.0, ge=0)
    min_parted_dissolve: float = Field(default=0.25, ge=0, le=1)
    min_parted_wipe: float = Field(default=0.47, ge=0, le=1)
    min_parted_relit: float = Field(default=0.12, ge=0, le=1)
    dissolve: DissolveConfig = DissolveConfig()
    wipe: WipeConfig = WipeConfig()


def gradual_changes(
    strip: Strip, stretch: Gap, walls: Sequence[Gap], config: GradualConfig, cut: CutConfig
) -> list[Boundary]:
    """Return the dissolves and wipes of one stretch without cuts, the clearest where several overlap.

    Args:
        strip: the film.
        stretch: its first frame and end.
        walls: boundaries found already. config, cut: the thresholds.
    """
    found = []
    for frames in _windows(strip, stretch, config):
        window = strip.pictures[frames]
        if not _is_another(window[0], window[-1], config):
            continue
        scale = (frames[-1] - frames[0]) / (len(frames) - 1)
        kinds: tuple[tuple[Transition, tuple[float, float, float] | None], ...] = (
            ("dissolve", dissolve_in(window, strip.detail[frames], config.dissolve)),
            ("wipe", wipe_in(window, strip.cells, config.wipe)),
        )
        for kind, span in kinds:
            if span is not None:
                start = max(int(frames[0]) + 1, int(frames[0]) + round(span[0] * scale) + 1)
                end = min(int(frames[-1]), max(start + 1, int(frames[0]) + round(span[1] * scale)))
                change = float(np.abs(window[-1] - window[0]).mean()) * (1 - config.residual_weight * span[2])
                found.append(Boundary((start + end) // 2, kind, start, end, change))
    kept: list[Boundary] = []
    for candidate in sorted(found, key=lambda item: (-item.change, item.frame)):
        is_free = all(candidate.end <= other.start or candidate.start >= other.end for other in kept)
        if is_free and _stays(strip, candidate, walls, config, cut):
            kept.append(candidate)
    return kept


def _windows(strip: Strip, stretch: Gap, config: GradualConfig) -> Iterator[npt.NDArray[np.int_]]:
    """Yield the frames of every window, several windows of each length for its own length of film."""
    begin, end = stretch
    if end - begin <= config.min_frames:
        return
    for seconds in config.window_seconds:
        first = begin
        while first < end - config.min_frames:
            last = max(strip.frame_at(strip.seconds[first] + seconds), first + config.min_frames)
            if last >= end:
                break
            count = min(config.max_pictures, last - first + 1)
            yield np.round(np.linspace(first, last, count)).astype(int)
            first += max(1, (last - first) // 8)


def _is_another(first: Pictures, last: Pictures, config: GradualConfig) -> bool:
    line = np.abs(last - first)
    if line.mean() < config.min_change:
        return False
    if (line.reshape(-1, CHANNELS).max(1) >= config.min_cell_change).mean() < config.min_coverage:
        return False
    return likeness(first, last) <= config.max_likeness


def _stays(strip: Strip, change: Boundary, walls: Sequence[Gap], config: GradualConfig, cut: CutConfig) -> bool:
    """Tell whether the film goes over to another picture and does not return."""
    before, after = sides_of(strip, (change.start, change.end), walls, (), cut.side_seconds)
    if not len(before) or not len(after) or likest(before, after) > config.max_likeness:
        return False
    needed = config.min_parted_dissolve if change.kind == "dissolve" else config.min_parted_wipe
    if parted_share(before, after, cut) < needed:
        return False
    return parted_share(relit(before), relit(after), cut) >= config.min_parted_relit
