"""Mean and HarMeanP of a set of stories (AnimeShooter, section 5), aggregated shots > story > set.

HarMeanP of one story is the harmonic mean of its shots' similarities times the smallest of them, so that
one shot that lost the character costs the story. The paper's tables fit only when that is taken per
story and then averaged, and when distances are turned into similarities first and back afterwards.
"""

import math
from collections.abc import Sequence
from typing import Literal

from pegbar.errors import InputError
from pegbar.records import Record

Form = Literal["similarity", "distance"]
AGGREGATION_ORDER = ("frames", "shot", "story", "set")


class HarMeanP(Record):
    """The set's value, and what stood in its way. `value` is NaN when any story's is."""

    value: float
    num_stories: int
    num_undefined_stories: int
    num_clamped_stories: int


def mean_of_story(shots: Sequence[float]) -> float:
    """Return the arithmetic mean of a story's shots; NaN propagates.

    Raises:
        InputError: a story without shots.
    """
    if not shots:
        raise InputError("a story without shots has no score", remedy="evaluate stories of at least one shot")
    return math.fsum(shots) / len(shots)


def harmeanp_of_story(shots: Sequence[float], form: Form = "similarity") -> float:
    """Return HM(shots) x min(shots), or for distances 1 - HM(1 - d) x min(1 - d); NaN propagates.

    A similarity of zero or less has no harmonic mean: the story then scores the worst value.

    Raises:
        InputError: a story without shots.
    """
    similarities = [1 - shot for shot in shots] if form == "distance" else list(shots)
    if math.isnan(mean_of_story(similarities)):
        return math.nan
    lowest = min(similarities)
    value = 0.0
    if lowest > 0:
        value = lowest * len(similarities) / math.fsum(1 / similarity for similarity in similarities)
    return 1 - value if form == "distance" else value


def mean(stories: Sequence[Sequence[float]]) -> float:
    """Return the mean over stories of the mean over their shots; NaN propagates.

    Raises:
        InputError: no stories.
    """
    _need_stories(stories)
    return math.fsum(mean_of_story(shots) for shots in stories) / len(stories)


def harmeanp(stories: Sequence[Sequence[float]], form: Form = "similarity") -> HarMeanP:
    """Return the mean over stories of HarMeanP, with counts of undefined and clamped ones.

    Raises:
        InputError: no stories.
    """
    _need_stories(stories)
    values = [harmeanp_of_story(shots, form) for shots in stories]
    worst = 1.0 if form == "distance" else 0.0
    return HarMeanP(
        value=math.fsum(values) / len(values),
        num_stories=len(values),
        num_undefined_stories=sum(math.isnan(value) for value in values),
        num_clamped_stories=sum(value == worst for value in values),
    )


def _need_stories(stories: Sequence[Sequence[float]]) -> None:
    if not stories:
        raise InputError("no stories to score", remedy="pegbar data show")
