import json
import math
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import harmeanp, harmeanp_of_story, mean, mean_interval, mean_of_story
from pegbar.errors import InputError

GOLDEN = Path(__file__).parents[2] / "golden" / "animeshooter_scores.json"
ROWS = json.loads(GOLDEN.read_text())["rows"]
CLIP = [row for row in ROWS if row["metric"] == "CLIP"]
DREAMSIM = [row for row in ROWS if row["metric"] == "DreamSim"]
scores = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=6)


@pytest.mark.parametrize(
    "shots, value", [([0.8] * 4, 0.64), ([0.9, 0.8, 0.7, 0.6], 0.439855), ([0.9] * 3 + [0.3], 0.18)]
)
def test_values_worked_by_hand(shots: list[float], value: float) -> None:
    assert harmeanp_of_story(shots) == pytest.approx(value, abs=1e-6)
    assert harmeanp_of_story([1 - shot for shot in shots], "distance") == pytest.approx(1 - value, abs=1e-6)


def test_is_taken_per_story_and_then_averaged() -> None:
    stories = [[0.9, 0.9, 0.9, 0.3], [0.3, 0.9, 0.9, 0.9]]
    assert harmeanp(stories).value == pytest.approx(0.18)
    pooled = [statistics.mean(column) for column in zip(*stories, strict=True)]
    assert harmeanp_of_story(pooled) == pytest.approx(0.432, abs=5e-4)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['metric']} {row['row']}")
def test_the_papers_mean_column(row: dict[str, list[float] | float]) -> None:
    assert mean([row["shots"]]) == pytest.approx(row["mean"], abs=1.5e-4)  # type: ignore[list-item]


@pytest.mark.parametrize("row", CLIP, ids=lambda row: row["row"])
def test_pooled_clip_lies_a_little_above_the_print(row: dict[str, list[float]]) -> None:
    assert 0.010 < harmeanp_of_story(row["shots"]) - row["harmeanp"] < 0.030  # type: ignore[operator]


@pytest.mark.parametrize("row", DREAMSIM, ids=lambda row: row["row"])
def test_pooled_dreamsim_lies_a_little_below_the_print(row: dict[str, list[float]]) -> None:
    printed, shots = row["harmeanp"], row["shots"]
    assert 0.010 < printed - harmeanp_of_story(shots, "distance") < 0.036  # type: ignore[operator]
    penalty_on_distances = statistics.harmonic_mean(shots) * max(shots)
    assert abs(penalty_on_distances - printed) > 0.4  # type: ignore[operator]


def test_a_lost_character_costs_the_story_and_is_counted() -> None:
    result = harmeanp([[0.9, 0.0, 0.8, 0.9], [0.8] * 4, [0.5, -0.1, 0.5, 0.5]])
    assert result.num_clamped_stories == 2
    assert result.value == pytest.approx(0.64 / 3)
    assert harmeanp_of_story([0.1, 1.0], "distance") == 1.0


def test_nan_propagates_and_is_counted() -> None:
    result = harmeanp([[0.8] * 4, [0.8, math.nan, 0.8, 0.8]])
    assert math.isnan(result.value) and result.num_undefined_stories == 1
    assert math.isnan(mean([[0.8], [math.nan]]))


def test_a_single_shot_scores_its_square() -> None:
    assert harmeanp_of_story([0.7]) == pytest.approx(0.49)


@pytest.mark.parametrize("stories", [[], [[]], [[0.5], []]])
def test_nothing_to_score_is_an_error(stories: list[list[float]]) -> None:
    for function in (mean, harmeanp):
        with pytest.raises(InputError):
            function(stories)


@given(scores)
def test_the_penalty_never_rewards(shots: list[float]) -> None:
    value = harmeanp_of_story(shots)
    assert min(shots) ** 2 - 1e-9 <= value <= min(shots) * mean_of_story(shots) + 1e-9
    assert harmeanp_of_story(list(reversed(shots))) == pytest.approx(value)


def test_an_interval_holds_the_mean_and_repeats() -> None:
    values = [0.5, 0.6, 0.7, 0.8, 0.9]
    low, high = mean_interval(values)
    assert 0.5 < low < 0.7 < high < 0.9
    assert mean_interval(values) == (low, high)
    assert mean_interval([0.4]) == (0.4, 0.4)
    with pytest.raises(InputError, match="gaps"):
        mean_interval([0.5, math.nan])
