"""Dissolves and fades: stretches whose pictures all lie on the straight line from the first to the last.

A mix of two pictures does; motion does not, or keeps the detail that a mix loses.
"""

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.boundary import Boundary
from tasks.curation.frame_scores import CHANNELS, FrameScores, Pictures, likeness

MAX_JOINT_FRAMES = 2


class GradualConfig(Config):
    """When a stretch between cuts is a dissolve or a fade.

    Windows of `window_seconds` are tried. `max_residual` bounds the mean distance from the straight
    line as a share of the change; `max_step_share` the share of the change in one frame; `max_path`
    how far the mix goes back and forth (1 is never); `max_ramp_share` the part of the window it takes,
    the rest being stills. Above `max_likeness` (correlation of the two ends' pictures) the light
    changed, not the shot; above `max_kept_detail` the halfway picture is as sharp as motion leaves it
    (a mix of two unlike pictures has half the detail: Alattar 1993). A picture whose cells spread less
    than `max_blank_spread` is one colour.
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
    max_blank_spread: float = Field(default=6.0, ge=0)


def gradual_changes(scores: FrameScores, stretch: tuple[int, int], fps: float, config: GradualConfig) -> list[Boundary]:
    """Return the strongest straight-line changes of one stretch without cuts; they do not overlap."""
    found: list[Boundary] = []
    for length in sorted({max(config.min_window_frames, round(span * fps)) for span in config.window_seconds}):
        for first in range(stretch[0], stretch[1] - length, max(1, length // 12)):
            window = slice(first, first + length + 1)
            pictures = scores.thumbnails[window].astype(np.float32)
            boundary = _straight_change(pictures, scores.detail[window], first, config)
            if boundary is not None:
                found.append(boundary)
    kept: list[Boundary] = []
    for boundary in sorted(found, key=lambda item: (-item.change, item.frame)):
        if all(boundary.last < other.first or boundary.first > other.last for other in kept):
            kept.append(boundary)
    return _joined(sorted(kept, key=lambda item: item.first))


def _joined(changes: list[Boundary]) -> list[Boundary]:
    """Make one fade of two changes with no still between them: out to a colour and in again."""
    joined: list[Boundary] = []
    for change in changes:
        previous = joined[-1] if joined else None
        if previous is not None and change.first - previous.last <= MAX_JOINT_FRAMES:
            middle = (previous.last + change.first + 1) // 2
            strength = max(previous.change, change.change)
            joined[-1] = Boundary(middle, "fade", previous.first, change.last, strength)
        else:
            joined.append(change)
    return joined


def _straight_change(
    window: Pictures, detail: npt.NDArray[np.float64], offset: int, config: GradualConfig
) -> Boundary | None:
    """Return a dissolve that lies wholly within `window`, shape (n, 768), or None."""
    line = window[-1] - window[0]
    change = float(np.abs(line).mean())
    if change < config.min_change or _coverage(line, config) < config.min_coverage:
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
    return Boundary(offset + middle, "dissolve", offset + first, offset + last - 1, change * (1 - residual))


def _coverage(line: Pictures, config: GradualConfig) -> float:
    """Return the share of cells that change."""
    return float((np.abs(line).reshape(-1, CHANNELS).max(1) >= config.min_cell_change).mean())


def _kept_detail(detail: npt.NDArray[np.float64], mix: Pictures) -> float:
    """Return the detail halfway as a share of what motion would keep: 0.5 for a mix of unlike pictures."""
    kept = (1 - mix) * detail[0] + mix * detail[-1]
    halfway = np.argsort(np.abs(mix - 0.5))[:2]
    return float(detail[halfway].mean() / max(1e-6, float(kept[halfway].mean())))
