"""Dissolves: every picture lies on the straight line from the first to the last, and halfway half the detail is gone.

Motion does not follow a line, or keeps the detail that a mix loses; a whip pan blurs, and loses more.
"""

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.strip import Pictures

OVERLAY_SHARE = 0.75  # detail of an overlay at its least, as a share of its most
MAX_OVERLAY = 0.35  # of the cells
EVEN_MIX = 0.5
RISE = (0.15, 0.85)  # of a mix, between which it is taken to be even


class DissolveConfig(Config):
    """When the pictures of a window are a mix of its first and its last.

    `max_residual` bounds what lies off the straight line, as a share of the squared change; `max_step_share` the
    share of the change in one picture; `max_path` how far the mix goes back and forth (1 is never). The detail
    halfway, as a share of what motion would keep, is 0.5 for a mix of two unlike pictures (Alattar 1993); by how
    much it is another, times `detail_weight`, counts as residual.
    """

    max_residual: float = Field(default=0.17, ge=0)
    detail_weight: float = Field(default=0.7, ge=0)
    max_step_share: float = Field(default=0.25, gt=0, le=1)
    max_path: float = Field(default=1.15, ge=1)
    kept_detail: tuple[float, float] = (0.38, 0.68)


def dissolve_in(window: Pictures, detail: Pictures, config: DissolveConfig) -> tuple[float, float, float] | None:
    """Return where in a window a mix begins and ends, in pictures, and how far it is from one; None where none is.

    Args:
        window: pictures, shape (n, values), the first and the last of them clear.
        detail: of the same pictures, shape (n, cells).
        config: the thresholds.
    """
    line = window[-1] - window[0]
    moved = window - window[0]
    mix = moved @ line / float(line @ line)
    steps = np.diff(mix)
    if steps.max() > config.max_step_share or np.abs(steps).sum() > config.max_path:
        return None
    residual = float(((moved - mix[:, None] * line) ** 2).mean() / (line**2).mean())
    if residual > config.max_residual:
        return None
    low, high = config.kept_detail
    kept = _kept_detail(detail, mix)
    if not low <= kept <= high or residual + config.detail_weight * abs(kept - EVEN_MIX) > config.max_residual:
        return None
    first, last = int(np.argmax(mix >= RISE[0])), int(np.argmax(mix >= RISE[1]))
    slope = (mix[last] - mix[first]) / max(1, last - first)
    return float(first - mix[first] / slope), float(last + (1 - mix[last]) / slope), residual


def _kept_detail(detail: Pictures, mix: Pictures) -> float:
    """Return the detail halfway as a share of what motion would keep, without subtitles, logos and edges of bars."""
    halfway = np.argsort(np.abs(mix - 0.5))[:2]
    even = ((1 - mix[halfway, None]) * detail[0] + mix[halfway, None] * detail[-1]).mean(0)
    kept = detail[halfway].mean(0)
    three = np.stack([detail[0], kept, detail[-1]])
    is_overlay = three.min(0) >= OVERLAY_SHARE * three.max(0)
    if is_overlay.mean() <= MAX_OVERLAY:
        even, kept = even[~is_overlay], kept[~is_overlay]
    return float(kept.sum() / max(1.0, float(even.sum())))
