"""Where audio shots begin: on a cut with a change of sound, never elsewhere, and none too short."""

from dataclasses import replace

import numpy as np
import pytest

from pegbar.records import Shot, Story
from tasks.curation.sound.joining import JoiningConfig, audio_shot_of, joined_spans
from tasks.curation.sound.table import ROW_SECONDS, SoundTable

CONFIG = JoiningConfig()
STORY = Story(story_id="f-s001", film_id="f", index=1, start_seconds=8.0, end_seconds=20.0, num_shots=6)


def table_of(**changes_at: float) -> SoundTable:
    """A sound of 30 s that changes by so many dB at given tenths of a second: ``at100=9`` is 9 dB at 10 s."""
    empty = SoundTable.empty()
    silent = np.zeros(round(30 / ROW_SECONDS), np.float32)
    table = SoundTable(**dict.fromkeys(vars(empty), silent))
    change = silent.copy()
    for name, decibels in changes_at.items():
        change[round(int(name[2:]) / 10 / ROW_SECONDS)] = decibels
    return replace(table, change=change)


def shots_of(*seconds: float) -> list[Shot]:
    """Shots of so many seconds, from 8 s of the film on."""
    edges = [8.0 + sum(seconds[:place]) for place in range(len(seconds) + 1)]
    return [
        Shot(
            shot_id=f"f-s001-{index:04d}", story_id="f-s001", film_id="f", index=index, start_frame=0, end_frame=1,
            start_seconds=start, end_seconds=end, story_start_seconds=start - 8, story_end_seconds=end - 8,
            transition_in="cut",
        )
        for index, (start, end) in enumerate(zip(edges, edges[1:], strict=False))
    ]  # fmt: skip


def test_sound_that_never_changes_is_one_audio_shot() -> None:
    assert joined_spans(shots_of(4, 4, 4), table_of(), CONFIG) == [(0, 2)]


def test_a_boundary_needs_a_cut_and_a_change() -> None:
    shots = shots_of(4, 4, 4)  # cuts at 12 and 16 s
    assert joined_spans(shots, table_of(at120=9.0), CONFIG) == [(0, 0), (1, 2)]
    assert joined_spans(shots, table_of(at123=9.0), CONFIG) == [(0, 0), (1, 2)]
    assert joined_spans(shots, table_of(at140=9.0), CONFIG) == [(0, 2)]
    assert joined_spans(shots, table_of(at120=5.9), CONFIG) == [(0, 2)]
    assert joined_spans(shots, table_of(at120=9.0, at160=9.0), CONFIG) == [(0, 0), (1, 1), (2, 2)]


def test_a_larger_change_nearby_speaks_against_the_cut() -> None:
    assert joined_spans(shots_of(4, 4), table_of(at120=9.0, at130=20.0), CONFIG) == [(0, 1)]
    assert joined_spans(shots_of(4, 4), table_of(at120=9.0, at130=9.5), CONFIG) == [(0, 0), (1, 1)]


def test_what_is_too_short_goes_where_the_change_is_smaller() -> None:
    shots = shots_of(4, 2, 4)  # cuts at 12 and 14 s
    assert joined_spans(shots, table_of(at120=20.0, at140=9.0), CONFIG) == [(0, 0), (1, 2)]
    assert joined_spans(shots, table_of(at120=9.0, at140=20.0), CONFIG) == [(0, 1), (2, 2)]


def test_short_ones_at_the_ends_have_one_neighbour() -> None:
    assert joined_spans(shots_of(1, 5, 1), table_of(at90=30.0, at140=30.0), CONFIG) == [(0, 2)]


def test_exactly_three_seconds_are_too_short() -> None:
    every = table_of(at110=9.0, at140=9.0, at170=9.0)
    assert joined_spans(shots_of(3, 3, 3, 3), every, CONFIG) == [(0, 1), (2, 3)]
    assert joined_spans(shots_of(3), table_of(), CONFIG) == []
    assert joined_spans(shots_of(3.1), table_of(), CONFIG) == [(0, 0)]


@pytest.mark.parametrize("seed", range(10))
def test_spans_cover_their_story_in_order_and_none_is_short(seed: int) -> None:
    random = np.random.default_rng(seed)
    shots = shots_of(*random.uniform(0.5, 5.0, 12))
    table = replace(table_of(), change=random.uniform(0, 20, table_of().num_rows).astype(np.float32))
    spans = joined_spans(shots, table, CONFIG)
    assert [first for first, _ in spans] == [0, *(last + 1 for _, last in spans[:-1])]
    assert spans[-1][1] == 11
    assert all(shots[last].end_seconds - shots[first].start_seconds > 3.0 for first, last in spans)


def test_what_is_seen_in_an_audio_shot_is_what_is_seen_in_its_shots() -> None:
    first, second, third = shots_of(2, 3, 1.5)
    shots = [
        first.model_copy(
            update={"character_ids": ("c1",), "scene_id": "p0", "plot": "She runs.", "caption": "A girl."}
        ),
        second.model_copy(update={"character_ids": ("c0", "c1"), "scene_id": "p1", "plot": "She runs."}),
        third.model_copy(update={"is_prologue_or_epilogue": True, "caption": "A sign."}),
    ]
    found = audio_shot_of(STORY, shots, 4)
    assert (found.audio_shot_id, found.first_shot, found.last_shot) == ("f-s001-a004", 0, 2)
    assert (found.start_seconds, found.end_seconds) == (8.0, 14.5)
    assert (found.story_start_seconds, found.story_end_seconds) == (0.0, 6.5)
    assert found.character_ids == ("c1", "c0")
    assert found.scene_id == "p1"
    assert (found.plot, found.caption) == ("She runs.", "A girl. A sign.")
    assert not found.is_prologue_or_epilogue
    assert found.kept
    assert not audio_shot_of(STORY, [shots[0], shots[1].model_copy(update={"kept": False})], 0).kept
    assert audio_shot_of(STORY, [third], 0).scene_id is None
    assert audio_shot_of(STORY, [shots[2]], 0).is_prologue_or_epilogue
