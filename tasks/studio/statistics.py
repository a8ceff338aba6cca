"""What a dataset holds, in the layout of AnimeShooter's table 1: video, story and shot level.

Counted are annotated, kept stories, their kept shots, and the films they are of. A word is what stands between white
space and holds a letter or a digit: "a well-known fox, - running" has four. Text in a script without spaces between
words counts as few of them. Averages of words are over what has words: a title card without a caption lowers none.
"""

from collections.abc import Collection, Iterable, Sequence
from operator import add
from statistics import fmean
from typing import Literal

from pegbar.dataset import Dataset
from pegbar.records import Character, Record, Scene, Shot, Story
from tasks.curation.release.records import Release

Level = Literal["video", "story", "shot"]
HEADER = ("level", "number", "seconds", "words", "characters", "scenes")
NOTHING = "-"


class LevelStatistics(Record):
    """One row of the table; an average is None where the level has no such thing, or nothing to take it of."""

    level: Level
    total: int
    mean_seconds: float | None
    mean_words: float | None = None
    mean_characters: float | None = None
    mean_scenes: float | None = None


class DatasetStatistics(Record):
    """The table's rows and the figures the paper gives beside it.

    A story has the words of its storyline, a shot those of both its captions: `narrative_words` of the plot and
    `descriptive_words` of the caption are their parts.
    """

    videos: LevelStatistics
    stories: LevelStatistics
    shots: LevelStatistics
    segments_per_video: float | None
    shots_per_story: float | None
    narrative_words: float | None
    descriptive_words: float | None

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table's rows as text, in the order of `HEADER`."""
        return [_row(level) for level in (self.videos, self.stories, self.shots)]

    def figures(self) -> list[tuple[str, str]]:
        """Return the figures beside the table: what each is, and its value as text."""
        return [
            ("segments per video", _text(self.segments_per_video)),
            ("shots per story", _text(self.shots_per_story)),
            ("words of a narrative caption", _text(self.narrative_words)),
            ("words of a descriptive caption", _text(self.descriptive_words)),
        ]


# AnimeShooter (arXiv 2506.03126), table 1 and section 3.4; its totals are rounded to what is printed there
ANIMESHOOTER = DatasetStatistics(
    videos=LevelStatistics(level="video", total=29_000, mean_seconds=286.57),
    stories=LevelStatistics(
        level="story", total=148_000, mean_seconds=56.72, mean_words=33.55, mean_characters=2.26, mean_scenes=2.20
    ),
    shots=LevelStatistics(level="shot", total=2_200_000, mean_seconds=3.85, mean_words=41.42),
    segments_per_video=5.07,
    shots_per_story=14.82,
    narrative_words=10.62,
    descriptive_words=30.8,
)


def statistics_of(source: Dataset | Release) -> DatasetStatistics:
    """Return the statistics of a dataset, or of a release.

    A release does not say how long its videos are; the end of a video's last segment stands for that.
    """
    return _of_dataset(source) if isinstance(source, Dataset) else _of_release(source)


def count_words(text: str | None) -> int:
    """Return the number of words: what stands between white space and holds a letter or a digit."""
    return sum(any(char.isalnum() for char in part) for part in (text or "").split())


def _of_dataset(dataset: Dataset) -> DatasetStatistics:
    stories = [story for story in dataset.stories() if story.is_annotated and story.kept]
    told = {story.film_id for story in stories}
    return _statistics(
        [film.duration_seconds for film in dataset.films() if film.film_id in told],
        stories,
        [shot for shot in dataset.shots() if shot.kept],
        dataset.characters(),
        dataset.scenes(),
    )


def _of_release(release: Release) -> DatasetStatistics:
    parts = [(film, [story for story in film.stories if story.shots]) for film in release.films]
    told = [(film, stories) for film, stories in parts if stories]
    everything = [story for _, stories in told for story in stories]
    return _statistics(
        [max(story.story.end_seconds for story in stories) for _, stories in told],
        [story.story for story in everything],
        [shot for story in everything for shot in story.shots],
        [character for story in everything for character in story.characters],
        [scene for story in everything for scene in story.scenes],
    )


def _statistics(
    film_seconds: Sequence[float],
    stories: Sequence[Story],
    all_shots: Iterable[Shot],
    characters: Iterable[Character],
    scenes: Iterable[Scene],
) -> DatasetStatistics:
    ids = {story.story_id for story in stories}
    shots = [shot for shot in all_shots if shot.story_id in ids]
    num_characters = sum(character.story_id in ids for character in characters)
    num_scenes = sum(scene.story_id in ids for scene in scenes)
    narrative = [count_words(shot.plot) for shot in shots]
    descriptive = [count_words(shot.caption) for shot in shots]
    return DatasetStatistics(
        videos=LevelStatistics(level="video", total=len(film_seconds), mean_seconds=_mean(film_seconds)),
        stories=LevelStatistics(
            level="story",
            total=len(stories),
            mean_seconds=_mean([story.end_seconds - story.start_seconds for story in stories]),
            mean_words=_mean_words(count_words(story.storyline) for story in stories),
            mean_characters=_share(num_characters, stories),
            mean_scenes=_share(num_scenes, stories),
        ),
        shots=LevelStatistics(
            level="shot",
            total=len(shots),
            mean_seconds=_mean([shot.end_seconds - shot.start_seconds for shot in shots]),
            mean_words=_mean_words(map(add, narrative, descriptive)),
        ),
        segments_per_video=_share(len(stories), film_seconds),
        shots_per_story=_share(len(shots), stories),
        narrative_words=_mean_words(narrative),
        descriptive_words=_mean_words(descriptive),
    )


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _mean_words(counts: Iterable[int]) -> float | None:
    return _mean([count for count in counts if count])


def _share(count: int, of: Collection[object]) -> float | None:
    return count / len(of) if of else None


def _row(level: LevelStatistics) -> tuple[str, ...]:
    means = (level.mean_seconds, level.mean_words, level.mean_characters, level.mean_scenes)
    return (f"{level.level}-level", f"{level.total:,}", *map(_text, means))


def _text(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"
