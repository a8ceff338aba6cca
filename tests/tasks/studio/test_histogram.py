"""Histograms: every score in one bar, and no bar on two sides of a threshold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.studio.histogram import NUM_BINS, Verdict, histogram


def test_no_scores_no_bars() -> None:
    assert histogram([], [], [0.5]) == ()


def test_a_threshold_far_from_every_score_does_not_press_them_into_one_bar() -> None:
    bars = histogram([30.0, 40.0, 50.0], ["kept"] * 3, [1200.0])
    assert bars[-1].end < 60
    assert [bar.kept for bar in bars if bar.kept] == [1, 1, 1]


def test_one_outlier_does_not_press_the_others_into_one_bar() -> None:
    scores = [*np.linspace(0, 1, 500).tolist(), 1e6]
    bars = histogram(scores, ["kept"] * 501, [])
    assert bars[-1].end < 2
    assert sum(bar.kept for bar in bars) == 501


scores = st.lists(
    st.one_of(st.floats(-1e4, 1e4).map(lambda value: round(value, 4)), st.integers(-3, 3).map(float)),
    min_size=1,
    max_size=60,
)


@given(scores, st.floats(-100, 100), st.floats(0.001, 100))
@settings(max_examples=100, deadline=None)
def test_every_score_is_counted_on_its_side(values: list[float], lower: float, gap: float) -> None:
    def verdict(value: float) -> Verdict:
        return "rejected" if value < lower else "uncertain" if value < lower + gap else "kept"

    verdicts = [verdict(value) for value in values]
    bars = histogram(values, verdicts, [lower, lower + gap])
    for name in ("kept", "uncertain", "rejected"):
        assert sum(getattr(bar, name) for bar in bars) == verdicts.count(name)
    assert all(before.end == after.start < after.end for before, after in zip(bars, bars[1:], strict=False))
    assert len(bars) <= 2 * NUM_BINS + 4
    if bars[0].start <= lower <= bars[-1].end:
        assert not any(bar.rejected and (bar.kept or bar.uncertain) for bar in bars)
    assert bars[0].start < bars[-1].end


@pytest.mark.parametrize("value", [0.0, 42.0, -3.0])
def test_one_score_has_bars_about_it(value: float) -> None:
    bars = histogram([value], ["kept"], [])
    assert any(bar.kept and bar.start <= value < bar.end for bar in bars)
