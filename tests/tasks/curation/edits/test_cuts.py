"""Boundaries that people correct: shots stay contiguous, and every frame of every clip is used once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_dataset import small_rows

from pegbar.errors import InputError, NotFoundError
from pegbar.records import Character, Film, Reference, Scene, Shot, Story
from tasks.curation.edits.audio import follow_shots
from tasks.curation.edits.boundaries import CutShot
from tasks.curation.edits.cuts import edit_cuts
from tasks.curation.edits.kinds import MergeShots, MoveBoundary, SplitShot
from tasks.curation.edits.state import GroupState
from tasks.curation.sound.joining import audio_shot_of

STORY = "ab00000000000000-s000"
SEGMENT = 4.0


def state_of() -> GroupState:
    """Two stories of three shots of 2 s, 16 frames each, at 8 frames a second."""
    rows = small_rows()
    shots = [Shot.model_validate(row) for row in rows["shots"]]
    state = GroupState(
        films={row["film_id"]: Film.model_validate(row) for row in rows["films"]},
        stories={row["story_id"]: Story.model_validate(row) for row in rows["stories"]},
        characters={row["character_id"]: Character.model_validate(row) for row in rows["characters"]},
        scenes={row["scene_id"]: Scene.model_validate(row) for row in rows["scenes"]},
        references={row["reference_id"]: Reference.model_validate(row) for row in rows["references"]},
        was={shot.shot_id: shot for shot in shots},
    )
    story = state.stories[STORY]
    heard = [audio_shot_of(story, shots[:2], 0), audio_shot_of(story, shots[2:3], 1)]
    state.audio_shots = {one.audio_shot_id: one for one in heard}
    state.sounds = dict(state.audio_shots)
    for shot in shots:
        state.cuts.setdefault(shot.story_id, []).append(CutShot.as_it_lies(shot))
    return state


def shots_of(state: GroupState, story: str = STORY) -> list[Shot]:
    return [cut.shot for cut in state.cuts[story]]


def do(state: GroupState, kind: Any, **fields: Any) -> dict[Any, str]:
    name = {MergeShots: "merge", SplitShot: "split", MoveBoundary: "move"}[kind]
    before = {story: list(cuts) for story, cuts in state.cuts.items()}
    done = edit_cuts(state, kind(edit=name, **fields), SEGMENT)
    return done | follow_shots(state, before)


def shot(number: int, story: str = STORY) -> str:
    return f"{story}-{number:04d}"


def check(state: GroupState) -> None:
    """All that a story must be, whatever was done to it."""
    for story_id, cuts in state.cuts.items():
        story, shots = state.stories[story_id], [cut.shot for cut in cuts]
        assert [one.index for one in shots] == list(range(len(shots))) and story.num_shots == len(shots)
        assert (shots[0].start_seconds, shots[-1].end_seconds) == (story.start_seconds, story.end_seconds)
        for before, after in zip(shots, shots[1:], strict=False):
            assert (before.end_frame, before.end_seconds) == (after.start_frame, after.start_seconds)
        for one in shots:
            assert one.start_seconds == one.start_frame / 8 and one.end_seconds == one.end_frame / 8
            assert one.start_frame < one.end_frame
            assert one.story_start_seconds == pytest.approx(one.start_seconds - story.start_seconds, abs=1e-6)
            assert (one.segment_start_seconds is not None) == (one.end_seconds - one.start_seconds > SEGMENT)
            if one.segment_start_seconds is not None and one.segment_end_seconds is not None:
                assert one.start_seconds <= one.segment_start_seconds < one.segment_end_seconds <= one.end_seconds
        used = [frame for cut in cuts for piece in cut.pieces for frame in range(piece.start, piece.end)]
        assert used == list(range(shots[0].start_frame, shots[-1].end_frame))
        for cut in cuts:
            assert (cut.pieces[0].start, cut.pieces[-1].end) == (cut.shot.start_frame, cut.shot.end_frame)
            for piece in cut.pieces:
                source = state.was[piece.source]
                assert source.start_frame <= piece.start < piece.end <= source.end_frame
    ids = [cut.shot.shot_id for cut in state.shots()]
    assert len(set(ids)) == len(ids)
    by_id = {cut.shot.shot_id: cut.shot for cut in state.shots()}
    for reference in state.references.values():
        home = by_id[reference.shot_id]
        assert home.start_frame <= reference.frame < home.end_frame
        assert reference.character_id in home.character_ids

    check_audio(state)


def check_audio(state: GroupState) -> None:
    """The audio shots of the first story, which cover it, go on covering it."""
    shots = [cut.shot for cut in state.cuts[STORY]]
    heard = list(state.audio_shots.values())
    assert [one.index for one in heard] == list(range(len(heard))) and heard
    assert [one.first_shot for one in heard] == [0, *(one.last_shot + 1 for one in heard[:-1])]
    assert heard[-1].last_shot == len(shots) - 1
    for one in heard:
        spanned = shots[one.first_shot], shots[one.last_shot]
        assert (one.start_seconds, one.end_seconds) == (spanned[0].start_seconds, spanned[1].end_seconds)


OPERATIONS = st.lists(
    st.tuples(st.sampled_from([MergeShots, SplitShot, MoveBoundary]), st.integers(0, 11), st.integers(0, 96)),
    max_size=25,
)


@given(OPERATIONS)
@settings(max_examples=150, deadline=None)
def test_any_sequence_of_edits_leaves_whole_stories_and_ids_of_their_own(
    operations: list[tuple[Any, int, int]],
) -> None:
    state, ever = state_of(), {cut.shot.shot_id for cut in state_of().shots()}
    for kind, place, frame in operations:
        ids = [cut.shot.shot_id for cut in state.shots()]
        here, after = ids[place % len(ids)], ids[(place + 1) % len(ids)]
        before = [cut.shot for cut in state.shots()]
        try:
            do(state, kind, id=here, **({"next": after} if kind is MergeShots else {"frame": frame}))
        except (InputError, NotFoundError):
            assert [cut.shot for cut in state.shots()] == before
        new = {cut.shot.shot_id for cut in state.shots()} - set(ids)
        assert not new & ever  # an id is given once
        ever |= new
        check(state)


def test_a_split_keeps_later_ids_and_names_its_second_half_by_the_rule() -> None:
    state = state_of()
    done = do(state, SplitShot, id=shot(1), frame=20)
    assert [one.shot_id for one in shots_of(state)] == [shot(0), shot(1), f"{shot(1)}-2", shot(2)]
    first, second = shots_of(state)[1:3]
    assert (first.end_seconds, second.story_start_seconds, second.transition_in) == (2.5, 2.5, "cut")
    assert (second.caption, second.character_ids) == (first.caption, first.character_ids)
    assert done == {("shot", shot(1)): "split at frame 20", ("shot", f"{shot(1)}-2"): f"split from {shot(1)}"}
    do(state, SplitShot, id=f"{shot(1)}-2", frame=24)
    assert [one.shot_id for one in shots_of(state)][2:4] == [f"{shot(1)}-2", f"{shot(1)}-3"]


def test_a_merge_tells_what_both_told_and_one_over_four_seconds_gets_its_middle_as_segment() -> None:
    state = state_of()
    shots = shots_of(state)
    state.replace_shot(shots[1].model_copy(update={"caption": "It sleeps.", "kept": False, "character_ids": ()}))
    do(state, MergeShots, id=shot(0), next=shot(1))
    do(state, MergeShots, id=shot(0), next=shot(2))
    (whole,) = shots_of(state)
    assert (whole.plot, whole.caption, whole.kept) == ("It walks.", "A fox walks. It sleeps. A fox walks.", False)
    assert (whole.segment_start_seconds, whole.segment_end_seconds) == (1.0, 5.0)


def test_a_merge_that_undoes_a_split_leaves_the_clip_as_it_lay() -> None:
    state = state_of()
    do(state, SplitShot, id=shot(0), frame=5)
    do(state, MergeShots, id=shot(0), next=f"{shot(0)}-2")
    assert state.cuts[STORY] == state_of().cuts[STORY]


def test_a_moved_boundary_takes_the_reference_along_and_the_neighbour_then_shows_its_character() -> None:
    state = state_of()
    state.replace_shot(shots_of(state)[1].model_copy(update={"character_ids": ()}))
    do(state, MoveBoundary, id=shot(1), frame=3)  # the reference is frame 4
    (reference,) = [one for one in state.references.values() if one.story_id == STORY]
    assert reference.shot_id == shot(1)
    assert shots_of(state)[1].character_ids == (reference.character_id,)
    assert (shots_of(state)[0].end_seconds, shots_of(state)[1].start_seconds) == (0.375, 0.375)


def test_where_the_rate_varies_a_frame_is_shown_where_its_clip_shows_it() -> None:
    state = state_of()
    (film_id,) = state.films
    state.films[film_id] = state.films[film_id].model_copy(update={"is_variable_frame_rate": True, "fps": 30.0})
    do(state, SplitShot, id=shot(0), frame=4)
    assert shots_of(state)[1].start_seconds == 0.5  # a quarter of two seconds


@pytest.mark.parametrize(
    "kind, fields, problem",
    [
        (MergeShots, {"id": shot(0), "next": shot(2)}, "does not follow"),
        (MergeShots, {"id": shot(2), "next": shot(0, STORY[:-1] + "1")}, "does not follow"),
        (SplitShot, {"id": shot(0), "frame": 0}, "give one from 1 to 15"),
        (SplitShot, {"id": shot(0), "frame": 16}, "is not inside"),
        (SplitShot, {"id": shot(9), "frame": 3}, "there is no shot"),
        (MoveBoundary, {"id": shot(0), "frame": 3}, "own ends stay"),
        (MoveBoundary, {"id": shot(1), "frame": 32}, "give one from 1 to 31"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(kind: Any, fields: dict[str, Any], problem: str) -> None:
    state = state_of()
    with pytest.raises((InputError, NotFoundError), match=problem):
        do(state, kind, **fields)
    assert state == state_of()
