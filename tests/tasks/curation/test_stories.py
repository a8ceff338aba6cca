"""Stories of whole shots: covering, in order, within bounds whenever some grouping is; ids and times."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.curation.shots import DetectedShot, ShotList
from tasks.curation.stories import (
    StoriesConfig,
    build_stories,
    film_id_of,
    group_into_stories,
)

FILM_ID = "0123456789abcdef"


def shots_lasting(*seconds: float) -> tuple[DetectedShot, ...]:
    ends = [sum(seconds[: index + 1]) for index in range(len(seconds))]
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


@given(st.lists(st.integers(20, 90).map(float), min_size=1, max_size=8), st.data())
@settings(max_examples=100, deadline=None)
def test_bounds_hold_whenever_some_grouping_holds_them(stories: list[float], data: st.DataObject) -> None:
    # Cut stories that are within the bounds into shots: a grouping within the bounds exists by construction.
    shots: list[float] = []
    for seconds in stories:
        parts = data.draw(st.integers(1, 4))
        shots.extend([seconds / parts] * parts)
    found = shots_lasting(*shots)
    for story in group_into_stories(found):
        assert 20 - 1e-3 <= seconds_of(found, story) <= 90 + 1e-3


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
