"""Stories: runs of whole shots of about a minute, and the ids of films, stories and shots."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from pegbar.config import Config
from pegbar.records import Shot, Story
from pegbar.steps import Step
from tasks.curation.detection.shots import DetectedShot, ShotList

STEP = Step(name="stories", version=2)
FILM_ID_DIGITS = 16
Range = tuple[int, int]
Times = npt.NDArray[np.int64]


class StoriesConfig(Config):
    """How long stories are. AnimeShooter's average 56.7 s (its table 1); a longer shot is a story alone."""

    target_seconds: float = Field(default=60.0, gt=0)
    min_seconds: float = Field(default=20.0, ge=0)
    max_seconds: float = Field(default=90.0, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.min_seconds <= self.target_seconds <= self.max_seconds:
            raise ValueError("a story's target lies between its minimum and its maximum")
        return self


def film_id_of(sha256: str) -> str:
    """Return a film's id: the first 16 digits of its bytes' digest, wherever the file lies."""
    return sha256[:FILM_ID_DIGITS]


def story_id_of(film_id: str, index: int) -> str:
    """Return the id of a film's story, counted from 0."""
    return f"{film_id}-{index:03d}"


def shot_id_of(story_id: str, index: int) -> str:
    """Return the id of a story's shot, counted from 0."""
    return f"{story_id}-{index:03d}"


def group_into_stories(
    shots: Sequence[DetectedShot],
    config: StoriesConfig = StoriesConfig(),  # noqa: B008 - frozen
) -> list[Range]:
    """Return stories as ranges of shot indices, the end exclusive: in order, without gaps, covering all.

    No story of several shots is over the maximum. Of all such ways to cut between shots, the one with the
    least time outside the bounds, then the least squared distance from the target, then the longest last
    stories (a shortest path over the cuts, in whole milliseconds so that sums compare exactly).
    """
    if not shots:
        return []
    starts = _milliseconds([shot.start_seconds for shot in shots], shots[0].start_seconds)
    ends = _milliseconds([shot.end_seconds for shot in shots], shots[0].start_seconds)
    earliest = np.searchsorted(starts, ends - _whole(config.max_seconds))
    excess, distance = np.zeros((2, len(shots) + 1), np.int64)
    best_start = [0]
    for end in range(1, len(shots) + 1):
        first = min(int(earliest[end - 1]), end - 1)
        seconds = ends[end - 1] - starts[first:end]
        excesses = excess[first:end] + _outside(seconds, config)
        distances = distance[first:end] + (seconds - _whole(config.target_seconds)) ** 2
        least = np.lexsort((distances, excesses))[0]
        excess[end], distance[end] = excesses[least], distances[least]
        best_start.append(first + int(least))
    return _path(best_start)


def build_stories(
    film_id: str,
    shot_list: ShotList,
    config: StoriesConfig = StoriesConfig(),  # noqa: B008 - frozen
) -> tuple[list[Story], list[Shot]]:
    """Return a film's stories and their shots, with film times and story times.

    A shot's `index` counts within its story.
    """
    stories: list[Story] = []
    shots: list[Shot] = []
    for index, (first, end) in enumerate(group_into_stories(shot_list.shots, config)):
        members = shot_list.shots[first:end]
        story = Story(
            story_id=story_id_of(film_id, index),
            film_id=film_id,
            index=index,
            start_seconds=members[0].start_seconds,
            end_seconds=members[-1].end_seconds,
            num_shots=len(members),
        )
        stories.append(story)
        shots.extend(_shot(story, position, member) for position, member in enumerate(members))
    return stories, shots


def _shot(story: Story, index: int, detected: DetectedShot) -> Shot:
    return Shot(
        shot_id=shot_id_of(story.story_id, index),
        story_id=story.story_id,
        film_id=story.film_id,
        index=index,
        start_frame=detected.start_frame,
        end_frame=detected.end_frame,
        start_seconds=detected.start_seconds,
        end_seconds=detected.end_seconds,
        story_start_seconds=round(detected.start_seconds - story.start_seconds, 6),
        story_end_seconds=round(detected.end_seconds - story.start_seconds, 6),
        transition_in=detected.transition_in,
    )


def _milliseconds(seconds: Sequence[float], origin: float) -> Times:
    """Return whole milliseconds since `origin`; a film moved in time gives the same."""
    microseconds = np.rint((np.array(seconds) - origin) * 1e6).astype(np.int64)
    return np.asarray(microseconds // 1000)


def _whole(seconds: float) -> int:
    return round(1000 * seconds)


def _outside(milliseconds: Times, config: StoriesConfig) -> Times:
    """Return how far stories that long are out of bounds."""
    over = milliseconds - _whole(config.max_seconds)
    under = _whole(config.min_seconds) - milliseconds
    return np.maximum(0, np.maximum(over, under))


def _path(best_start: Sequence[int]) -> list[Range]:
    ranges: list[Range] = []
    end = len(best_start) - 1
    while end > 0:
        ranges.append((best_start[end], end))
        end = best_start[end]
    return ranges[::-1]
