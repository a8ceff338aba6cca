"""Dissolves: stretches whose pictures all lie on the straight line from the first to the last.

A mix of two pictures does; motion does not, or keeps the detail that a mix loses.
"""

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.boundary import Boundary
from tasks.curation.frame_table import CHANNELS, Column
from tasks.curation.strip import Pictures, Strip, likeness


class DissolveConfig(Config):
    """When a stretch between cuts is a dissolve.

    Windows of `window_seconds` are tried. `max_residual` bounds the mean distance from the straight
    line as a share of the change; `max_step_share` the share of the change in one frame; `max_path`
    how far the mix goes back and forth (1 is never); `max_ramp_share` the part of the window it takes,
    the rest being stills. Above `max_likeness` (correlation of the two ends' pictures) the light
    changed, not the shot; above `max_kept_detail` the halfway picture is as sharp as motion leaves it
    (a mix of two unlike pictures has half the detail: Alattar 1993).
    """

    window_seconds: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0)
    min_window_frames: int = Field(default=8, ge=4)
    min_change: float = Field(default=14.0, ge=0)
    min_cell_change: float = Field(default=12.0, ge=0)
    min_coverage: float = Field(default=0.55, ge=0, le=1)
    max_residual: float = Field(default=0.25, ge=0)
    max_step_share: float = Field(default=0.34, gt=0, le=1)
    max_path: float = Field(default=1.2, ge=1)
    max_ramp_share: float = Field(default=0.8, gt=0, le=1)
    max_likeness: float = Field(default=0.75, le=1)
    max_kept_detail: float = Field(default=0.75, ge=0)


def dissolves_of(strip: Strip, stretch: tuple[int, int], config: DissolveConfig) -> list[Boundary]:
    """Return the dissolves of one stretch, (first frame, end), without cuts; they may overlap."""
    rate = 1 / max(1e-3, float(np.median(np.diff(strip.seconds)))) if strip.num_frames > 1 else 1.0
    found: list[Boundary] = []
    for length in sorted({max(config.min_window_frames, round(span * rate)) for span in config.window_seconds}):
        for first in range(stretch[0], stretch[1] - length, max(1, length // 12)):
            window = slice(first, first + length + 1)
            boundary = _dissolve(strip.pictures[window], strip.detail[window], first, config)
            if boundary is not None:
                found.append(boundary)
    return found


def _dissolve(window: Pictures, detail: Column, offset: int, config: DissolveConfig) -> Boundary | None:
    """Return a dissolve that lies wholly within `window`, or None."""
    line = window[-1] - window[0]
    change = float(np.abs(line).mean())
    if change < config.min_change or coverage(line, config.min_cell_change) < config.min_coverage:
        return None
    moved = window - window[0]
    mix = moved @ line / float(line @ line)
    steps = np.diff(mix)
    if steps.max() > config.max_step_share or np.abs(steps).sum() > config.max_path:
        return None
    residual = float(np.abs(moved - mix[:, None] * line).mean()) / change
    first, middle, last = (int(np.argmax(mix >= share)) for share in (0.05, 0.5, 0.95))
    if residual > config.max_residual or last - first > config.max_ramp_share * len(steps):
        return None
    if likeness(window[0], window[-1]) > config.max_likeness or _kept_detail(detail, mix) > config.max_kept_detail:
        return None
    return Boundary(offset + middle, "dissolve", offset + first, offset + last, change * (1 - residual))


def coverage(line: Pictures, min_cell_change: float) -> float:
    """Return the share of cells that change."""
    return float((np.abs(line).reshape(-1, CHANNELS).max(1) >= min_cell_change).mean())


def _kept_detail(detail: Column, mix: Pictures) -> float:
    """Return the detail halfway as a share of what motion would keep: 0.5 for a mix of unlike pictures."""
    kept = (1 - mix) * detail[0] + mix * detail[-1]
    halfway = np.argsort(np.abs(mix - 0.5))[:2]
    return float(detail[halfway].mean() / max(1e-6, float(kept[halfway].mean())))
