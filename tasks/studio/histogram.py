"""Histograms of scores whose bars end where thresholds are, so that a bar lies on one side of each."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from pegbar.config import Config

Numbers = npt.NDArray[np.float64]
Verdict = Literal["kept", "uncertain", "rejected", "failed"]

NUM_BINS = 28
OUTER_SHARE = 0.01
FAR_SPANS = 1.5


class Bin(Config):
    """One bar: how many scores from `start` up to `end` were kept, wait for a person, and were rejected."""

    start: float
    end: float
    kept: int
    uncertain: int
    rejected: int


def histogram(scores: Sequence[float], verdicts: Sequence[Verdict], bounds: Sequence[float]) -> tuple[Bin, ...]:
    """Return bars over the middle 98 % of the scores and every bound that is not far away; `bounds` ascend.

    The first and the last bar also count what lies outside. No scores give no bars.
    """
    if not scores:
        return ()
    edges = _edges(np.array(scores), bounds)
    places = np.clip(np.searchsorted(edges, np.array(scores), side="right") - 1, 0, len(edges) - 2)
    counts = {
        verdict: np.bincount(places[[one == verdict for one in verdicts]], minlength=len(edges) - 1)
        for verdict in ("kept", "uncertain", "rejected")
    }
    return tuple(
        Bin(
            start=float(edges[index]),
            end=float(edges[index + 1]),
            **{verdict: int(count[index]) for verdict, count in counts.items()},
        )
        for index in range(len(edges) - 1)
    )


def _edges(scores: Numbers, bounds: Sequence[float]) -> Numbers:
    low = float(np.quantile(scores, OUTER_SHARE, method="lower"))
    high = float(np.quantile(scores, 1 - OUTER_SHARE, method="higher"))
    if high <= low:
        half = max(0.25 * abs(low), 0.01)
        low, high = low - half, high + half
    reach = FAR_SPANS * (high - low)
    near = [bound for bound in bounds if low - reach <= bound <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    width = (high - low) / NUM_BINS
    if len(near) > 1 and near[1] - near[0] >= width:
        width = (near[1] - near[0]) / math.ceil((near[1] - near[0]) / width)
    origin = near[0] if near else low
    first = math.floor((low - origin) / width + 1e-6) - 1
    if scores.min() >= 0:
        first = max(first, math.floor(-origin / width))
    last = math.ceil((high - origin) / width - 1e-6) + 1
    edges = origin + width * np.arange(first, last + 1)
    for bound in near:
        nearest = int(np.argmin(np.abs(edges - bound)))
        if abs(edges[nearest] - bound) < 1e-6 * width:
            edges[nearest] = bound  # exactly, so that a score on the bound is beyond its edge
    return np.asarray(edges, np.float64)
