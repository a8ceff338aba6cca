"""Intervals over stories: how far a mean might be luck (percentile bootstrap, Efron 1979)."""

from collections.abc import Sequence

import numpy as np

from pegbar.errors import InputError

RESAMPLES = 2000


def mean_interval(values: Sequence[float], confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Return the percentile interval of the mean of `values`; the same values give the same interval.

    For a paired comparison of two models give the differences per story and seed.

    Raises:
        InputError: no values, or a NaN among them.
    """
    sample = np.asarray(values, np.float64)
    if sample.size == 0 or not np.isfinite(sample).all():
        raise InputError(f"no interval of {sample.size} values with gaps", remedy="look at the evaluation's scores")
    chosen = np.random.default_rng(seed).integers(0, sample.size, (RESAMPLES, sample.size))
    low, high = np.quantile(sample[chosen].mean(axis=1), [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
