"""Stories of whole shots: covering, in order, the best of all groupings; ids and times."""

from collections.abc import Iterator
from itertools import accumulate, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.curation.detection.shots import DetectedShot, ShotList
from tasks.curation.stories import (
    Range,
    StoriesConfig,
    build_stories,
    film_id_of,
    group_into_stories,
)

FILM_ID = "0123456789abcdef"


def shots_lasting(*seconds: float) -> tuple[DetectedShot, ...]:
    ends = list(accumulate(seconds))
    starts = [0.0, *ends[:-1]]
    return tuple(
        DetectedShot(
            index=index,
            start_frame=round(24 * start),
            end_frame=round(24 * end),
            start_seconds=start,
            end_seconds=end,
            transition_in="cut" if index else "start",
        )
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def film_lasting(*seconds: float) -> ShotList:
    shots = shots_lasting(*seconds)
    return ShotList(
        film="fox.mp4",
        fps=24.0,
        num_frames=shots[-1].end_frame,
        duration_seconds=shots[-1].end_seconds,
        shots=shots,
        cuts={},
    )


def seconds_of(shots: tuple[DetectedShot, ...], story: tuple[int, int]) -> float:
    return shots[story[1] - 1].end_seconds - shots[story[0]].start_seconds


def test_cuts_nearest_the_minute_win() -> None:
    # 120 s of 10-second shots: two stories of exactly a minute
    assert group_into_stories(shots_lasting(*[10.0] * 12)) == [(0, 6), (6, 12)]
    # cuts at 55 and 70: |55-60| and |65-60| beat |70-60| and |50-60|
    assert group_into_stories(shots_lasting(55.0, 15.0, 50.0)) == [(0, 1), (1, 3)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([38.4], [(0, 1)]),  # a short film is one story
        ([5.0, 5.0], [(0, 2)]),  # even a very short one: no shot is dropped
        ([40.0, 40.0], [(0, 2)]),  # 20 s over once is nearer than 20 s under twice
        ([60.0, 5.0], [(0, 2)]),  # a tail too short for a story joins the one before
        ([200.0], [(0, 1)]),  # a shot is never split
        ([30.0, 200.0, 30.0], [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_short_long_and_leftover(seconds: list[float], expected: list[tuple[int, int]]) -> None:
    assert group_into_stories(shots_lasting(*seconds)) == expected


def test_no_shots_no_stories() -> None:
    assert group_into_stories(()) == []


shot_lengths = st.lists(st.integers(4, 1200).map(lambda tenths: tenths / 10), min_size=1, max_size=60)


@given(shot_lengths)
@settings(max_examples=150, deadline=None)
def test_stories_cover_every_shot_once_in_order(seconds: list[float]) -> None:
    stories = group_into_stories(shots_lasting(*seconds))
    assert stories[0][0] == 0
    assert stories[-1][1] == len(seconds)
    assert all(before[1] == after[0] for before, after in pairwise(stories))
    assert all(first < end for first, end in stories)


@given(shot_lengths)
@settings(max_examples=150, deadline=None)
def test_no_story_is_over_the_maximum_unless_it_is_one_shot(seconds: list[float]) -> None:
    shots = shots_lasting(*seconds)
    config = StoriesConfig()
    for story in group_into_stories(shots, config):
        assert seconds_of(shots, story) <= config.max_seconds + 1e-6 or story[1] - story[0] == 1


def every_grouping(num_shots: int) -> Iterator[list[Range]]:
    for kept in product([False, True], repeat=num_shots - 1):
        edges = [0, *(cut for cut, is_kept in enumerate(kept, start=1) if is_kept), num_shots]
        yield list(pairwise(edges))


def worth(lengths: list[int], grouping: list[Range], config: StoriesConfig) -> tuple[int, int]:
    """Whole seconds out of bounds and the squared distance from the target, of whole-second shots."""
    sums = [sum(lengths[first:end]) for first, end in grouping]
    outside = sum(max(0, config.min_seconds - one, one - config.max_seconds) for one in sums)
    return round(outside), round(sum((one - config.target_seconds) ** 2 for one in sums))


@given(
    st.lists(st.integers(0, 130), min_size=1, max_size=9),
    st.tuples(st.integers(0, 30), st.integers(30, 60), st.integers(60, 100)),
)
@settings(max_examples=120, deadline=None)
def test_no_grouping_of_few_shots_is_better(lengths: list[int], bounds: tuple[int, int, int]) -> None:
    config = StoriesConfig(min_seconds=bounds[0], target_seconds=bounds[1], max_seconds=bounds[2])
    allowed = [
        grouping
        for grouping in every_grouping(len(lengths))
        if all(end - first == 1 or sum(lengths[first:end]) <= config.max_seconds for first, end in grouping)
    ]
    best = min(worth(lengths, grouping, config) for grouping in allowed)
    found = group_into_stories(shots_lasting(*map(float, lengths)), config)
    assert found in allowed
    assert worth(lengths, found, config) == best  # so the bounds hold whenever some grouping holds them


def test_a_story_of_exactly_the_maximum_is_within_it() -> None:
    # 0.1 added 900 times is a little more than 90
    assert group_into_stories(shots_lasting(*[0.1] * 900), StoriesConfig(target_seconds=90.0)) == [(0, 900)]


@given(shot_lengths, st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1000))
@settings(max_examples=60, deadline=None)
def test_a_film_moved_in_time_has_the_same_stories(seconds: list[float], later: float) -> None:
    shots = shots_lasting(*seconds)
    moved = [
        shot.model_copy(update={"start_seconds": shot.start_seconds + later, "end_seconds": shot.end_seconds + later})
        for shot in shots
    ]
    assert group_into_stories(moved) == group_into_stories(shots)


def test_ten_thousand_shots_and_shots_of_no_length_are_no_trouble() -> None:
    # every second shot is empty; 25 of the others make the minute
    stories = group_into_stories(shots_lasting(*[2.4, 0.0] * 5000))
    assert len(stories) == 5000 * 2.4 / 60
    assert stories[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(stories))


def test_bounds_that_contradict_the_target_are_refused() -> None:
    with pytest.raises(ValidationError, match="between its minimum and its maximum"):
        StoriesConfig(min_seconds=61.0)


def test_ids_and_times() -> None:
    stories, shots = build_stories(FILM_ID, film_lasting(30.0, 30.0, 25.0, 35.0))
    assert [story.story_id for story in stories] == [f"{FILM_ID}-000", f"{FILM_ID}-001"]
    assert [shot.shot_id for shot in shots] == [
        f"{FILM_ID}-{story}" for story in ("000-000", "000-001", "001-000", "001-001")
    ]
    assert [(story.start_seconds, story.end_seconds, story.num_shots) for story in stories] == [
        (0, 60, 2),
        (60, 120, 2),
    ]
    third = shots[2]
    assert (third.start_seconds, third.end_seconds) == (60.0, 85.0)
    assert (third.story_start_seconds, third.story_end_seconds) == (0.0, 25.0)
    assert (third.index, third.story_id, third.film_id) == (0, f"{FILM_ID}-001", FILM_ID)


@given(shot_lengths)
@settings(max_examples=60, deadline=None)
def test_story_times_are_film_times_moved(seconds: list[float]) -> None:
    stories, shots = build_stories(FILM_ID, film_lasting(*seconds))
    starts = {story.story_id: story.start_seconds for story in stories}
    for shot in shots:
        assert shot.story_start_seconds == pytest.approx(shot.start_seconds - starts[shot.story_id], abs=1e-6)
        assert shot.story_end_seconds > shot.story_start_seconds >= 0
    for before, after in pairwise(shots):
        if before.story_id == after.story_id:
            assert before.story_end_seconds == after.story_start_seconds
    assert sum(story.num_shots for story in stories) == len(shots) == len({shot.shot_id for shot in shots})


def test_a_film_id_starts_its_digest() -> None:
    assert film_id_of("ab" * 32) == "ab" * 8
