"""The four seconds that stand for a shot: inside it, four seconds long, off its transitions, where most happens."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasks.curation.detection.segments import Segment, SegmentConfig, best_segment, segments_of
from tasks.curation.detection.shots import DetectedShot
from tasks.curation.frame_table import THUMBNAIL_BYTES, FrameTable

FPS = 24
Numbers = NDArray[np.float64]


def table(seconds: Numbers, change: Numbers | None = None, motion: Numbers | None = None) -> FrameTable:
    """A frame that changes has its change in one block too."""
    count = len(seconds)
    change = np.zeros(count) if change is None else change
    unmeasured = np.full(count, np.nan)
    return FrameTable(
        seconds=seconds,
        **dict.fromkeys(("content", "adaptive", "histogram", "luma", "detail", "transnet"), unmeasured),
        change=change,
        change_peak=4 * change,
        motion=unmeasured if motion is None else motion,
        thumbnails=np.zeros((count, THUMBNAIL_BYTES), np.uint8),
    )


def steady(num_seconds: float) -> Numbers:
    return np.arange(round(num_seconds * FPS)) / FPS


def shot_of(seconds: Numbers, end: float, start_frame: int = 0, transition_frames: int = 0) -> DetectedShot:
    return DetectedShot(
        index=0,
        start_frame=start_frame,
        end_frame=len(seconds),
        start_seconds=float(seconds[start_frame]),
        end_seconds=end,
        transition_in="dissolve" if transition_frames else "cut",
        transition_frames=transition_frames,
    )


@pytest.mark.parametrize("num_seconds", [0.5, 3.9, 4.0])
def test_a_shot_of_four_seconds_or_less_has_none(num_seconds: float) -> None:
    seconds = steady(num_seconds)
    assert best_segment(shot_of(seconds, num_seconds), table(seconds)) is None


def test_a_still_shot_is_stood_for_by_its_middle() -> None:
    seconds = steady(10)
    assert best_segment(shot_of(seconds, 10.0), table(seconds)) == Segment(72, 168, 3.0, 7.0)


def test_where_most_happens_wins_and_one_flash_does_not() -> None:
    seconds = steady(20)
    change = np.full(len(seconds), 3.0)
    change[10 * FPS + 1 : 14 * FPS] = 6.0  # the steps between the frames of the window 10 s to 14 s
    change[2 * FPS] = 255.0
    assert best_segment(shot_of(seconds, 20.0), table(seconds, change)) == Segment(240, 336, 10.0, 14.0)


def test_a_camera_that_moves_counts_where_it_was_measured() -> None:
    seconds = steady(12)
    motion = np.full(len(seconds), np.nan)
    motion[2 * FPS :] = 0.0
    motion[7 * FPS + 1 : 11 * FPS] = 0.01
    assert best_segment(shot_of(seconds, 12.0), table(seconds, motion=motion)) == Segment(168, 264, 7.0, 11.0)


def test_of_equal_change_the_window_without_held_frames_wins() -> None:
    seconds = steady(12)
    change = np.tile([4.0, 4.0], 6 * FPS)
    change[: 6 * FPS] = np.tile([0.0, 8.0], 3 * FPS)  # on twos: the same sum, half the frames held
    found = best_segment(shot_of(seconds, 12.0), table(seconds, change))
    assert found is not None
    assert found.start_frame == 6 * FPS - 2  # the step to frame 143, the last on twos, changes 8


def test_the_cut_into_a_window_is_no_action_of_it() -> None:
    seconds = steady(8)
    change = np.zeros(len(seconds))
    change[0] = 200.0
    assert best_segment(shot_of(seconds, 8.0), table(seconds, change)) == Segment(48, 144, 2.0, 6.0)


def test_transitions_at_both_ends_are_left_out_and_given_way_to_only_where_they_must_be() -> None:
    seconds = steady(6)
    change = np.full(len(seconds), 3.0)
    change[:36] = 12.0  # a dissolve changes more than what it leads to
    dissolved = shot_of(seconds, 6.0, transition_frames=24)
    found = best_segment(dissolved, table(seconds, change))
    assert found is not None
    assert found.start_frame == 13  # half of 24, and one because the middle is rounded
    tight = best_segment(dissolved, table(seconds, change), transition_out_frames=48)
    assert tight is not None  # 144 frames less 13 less 25 leave 106: ten places for 96
    assert 13 <= tight.start_frame <= tight.end_frame - 96 <= 144 - 25 - 96
    impossible = best_segment(dissolved, table(seconds, change), transition_out_frames=90)
    assert impossible is not None  # 144 less 13 less 46 leave 85: eleven frames of a transition cannot be helped
    assert impossible.start_frame in range(2, 14)


def test_a_films_shots_each_give_way_to_the_transition_after_them() -> None:
    seconds = steady(20)
    change = np.full(len(seconds), 3.0)
    change[8 * FPS : 10 * FPS] = 12.0
    first = shot_of(seconds[: 9 * FPS], 9.0)
    second = shot_of(seconds, 20.0, start_frame=9 * FPS, transition_frames=2 * FPS)
    short = shot_of(steady(20), 20.0).model_copy(update={"start_frame": 470, "start_seconds": 470 / FPS})
    before, after, none = segments_of([first, second, short], table(seconds, change))
    assert before is not None
    assert before.end_frame <= 8 * FPS
    assert after is not None
    assert after.start_frame >= 10 * FPS
    assert none is None


def test_a_slide_held_for_long_still_has_four_seconds() -> None:
    seconds = np.array([0.0, 10.0])  # variable frame rate: two slides, the second for two seconds
    assert best_segment(shot_of(seconds, 12.0), table(seconds)) == Segment(0, 1, 0.0, 4.0)


steps = st.lists(st.sampled_from([1 / 60, 1001 / 24000, 0.04, 0.1, 0.5]), min_size=3, max_size=400)


@given(steps, st.integers(0, 2**31), st.integers(0, 30), st.integers(0, 30), st.integers(0, 360_000))
@settings(max_examples=150, deadline=None)
def test_whatever_the_frames(gaps: list[float], seed: int, frames_in: int, frames_out: int, shift: int) -> None:
    times = np.array([0.0, *accumulate(gaps)])
    seconds, end = times[:-1], float(times[-1])
    random = np.random.default_rng(seed)
    frames = table(seconds, random.choice([0.0, 1.0, 9.0, 90.0], len(seconds)))
    shot = shot_of(seconds, end, transition_frames=frames_in)
    found = best_segment(shot, frames, SegmentConfig(), frames_out)
    if found is None:
        assert end <= 4 + 1e-5
        return
    assert found.end_seconds - found.start_seconds == pytest.approx(4.0, abs=1e-5)
    assert -1e-6 <= found.start_seconds == seconds[found.start_frame]
    assert found.end_seconds <= end
    inside = [index for index, at in enumerate(seconds) if found.start_seconds <= at < found.end_seconds - 1e-5]
    assert inside == list(range(found.start_frame, found.end_frame))
    later = 0.001 * shift
    moved = shot.model_copy(update={"start_seconds": later, "end_seconds": end + later})
    same = best_segment(moved, table(seconds + later, frames.change), SegmentConfig(), frames_out)
    assert same is not None
    assert (same.start_frame, same.end_frame) == (found.start_frame, found.end_frame)
    assert same.start_seconds == pytest.approx(found.start_seconds + later, abs=1e-5)
