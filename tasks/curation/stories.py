"""Stories: runs of whole shots of about a minute, and the ids of films, stories and shots."""

from collections.abc import Sequence

from pydantic import Field

from pegbar.config import Config
from pegbar.records import Shot, Story
from pegbar.steps import Step
from tasks.curation.shots import DetectedShot, ShotList

STEP = Step(name="stories", version=1)
FILM_ID_DIGITS = 16
Range = tuple[int, int]


class StoriesConfig(Config):
    """How long stories are. AnimeShooter's average 56.7 s (its table 1); a longer shot is a story alone."""

    target_seconds: float = Field(default=60.0, gt=0)
    min_seconds: float = Field(default=20.0, ge=0)
    max_seconds: float = Field(default=90.0, gt=0)


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

    Of all ways to cut between shots, the one with the least time outside the bounds, then the least
    squared distance from the target (a shortest path over the cuts).
    """
    ends = [shot.end_seconds for shot in shots]
    best: list[tuple[tuple[int, float], int]] = [((0, 0.0), 0)]
    for end in range(1, len(shots) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            seconds = ends[end - 1] - shots[start].start_seconds
            if seconds > config.max_seconds and start < end - 1:
                break
            excess, distance = _cost(seconds, config)
            before = best[start][0]
            options.append(((before[0] + excess, before[1] + distance), start))
        best.append(min(options))
    return _path(best)


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


def _cost(seconds: float, config: StoriesConfig) -> tuple[int, float]:
    """Return the milliseconds out of bounds, whole so that sums compare exactly, and the squared distance."""
    excess = max(0.0, config.min_seconds - seconds, seconds - config.max_seconds)
    return round(1000 * excess), (seconds - config.target_seconds) ** 2


def _path(best: list[tuple[tuple[int, float], int]]) -> list[Range]:
    ranges: list[Range] = []
    end = len(best) - 1
    while end > 0:
        start = best[end][1]
        ranges.append((start, end))
        end = start
    return ranges[::-1]
