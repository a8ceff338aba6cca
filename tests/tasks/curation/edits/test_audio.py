"""Audio shots go with their shots: what they span, what they tell, and their sound, sample for sample."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clip_dataset import RATE, heard, write_clip_dataset
from edited_group import STORY, Edited, shot
from small_films import artifacts_of

from pegbar.artifacts import Artifacts
from tasks.curation.edits.adopt import adopt
from tasks.curation.edits.audio import follow_shots
from tasks.curation.edits.boundaries import merged
from tasks.curation.edits.sound import read_flac
from tasks.curation.edits.state import GroupState
from tasks.curation.pack import PackedGroup

ONE, TWO = f"{STORY}-a000", f"{STORY}-a001"
SOUND = np.concatenate([heard(0), heard(1), heard(2)])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Artifacts, PackedGroup]]:
    root: Path = tmp_path_factory.mktemp("sounds")
    dataset = write_clip_dataset(root / "data", with_sounds=True)
    with artifacts_of(root / "home") as artifacts:
        yield artifacts, adopt(artifacts, dataset.root, dataset.digest, ["ab"]).groups[0]


def sound_of(edited: Edited, name: str) -> object:
    return read_flac(edited.files[f"{name}.flac"], name).samples[0].tolist()


def test_a_split_moves_places_and_leaves_sounds_as_they_lie(home: tuple[Artifacts, PackedGroup]) -> None:
    after = Edited(
        *home, {"edit": "split", "id": shot(0), "frame": 5}, {"edit": "shot", "id": shot(1), "caption": "It stops."}
    )
    one, two = after.rows("audio_shots").values()
    assert [(one.first_shot, one.last_shot), (two.first_shot, two.last_shot)] == [(0, 2), (3, 3)]
    assert (one.start_seconds, one.end_seconds) == (0.0, 4.0)
    assert one.caption == "The fox walks, shot 0. It stops."
    assert sound_of(after, ONE) == SOUND[: 4 * RATE].tolist()
    assert not {ONE, TWO} & after.decisions().keys()


def test_a_moved_boundary_cuts_both_sounds_anew(home: tuple[Artifacts, PackedGroup]) -> None:
    after = Edited(*home, {"edit": "move", "id": shot(2), "frame": 28})
    one, two = after.rows("audio_shots").values()
    assert (one.end_seconds, two.start_seconds, two.story_end_seconds) == (3.5, 3.5, 6.0)
    assert sound_of(after, ONE) == SOUND[: int(3.5 * RATE)].tolist()
    assert sound_of(after, TWO) == SOUND[int(3.5 * RATE) :].tolist()
    assert after.decisions()[ONE] == ("kept", "Ann: By eye. (begins and ends with its shots)")


def test_shots_merged_across_a_boundary_join_the_audio_shots(home: tuple[Artifacts, PackedGroup]) -> None:
    after = Edited(*home, {"edit": "merge", "id": shot(1), "next": shot(2)})
    (one,) = after.rows("audio_shots").values()
    assert (one.audio_shot_id, one.first_shot, one.last_shot, one.end_seconds) == (ONE, 0, 1, 6.0)
    assert one.sound_type == "sound 0, sound 1"
    assert sound_of(after, ONE) == SOUND.tolist()
    assert f"{TWO}.flac" not in after.files
    assert after.decisions()[TWO] == ("rejected", f"Ann: By eye. (joined into {ONE})")


def test_a_shot_that_is_left_out_takes_its_audio_shot_along(home: tuple[Artifacts, PackedGroup]) -> None:
    after = Edited(*home, {"edit": "shot", "id": shot(2), "kept": False})
    assert [row.kept for row in after.rows("audio_shots").values()] == [True, False]


def test_an_audio_shot_without_sound_for_its_new_bounds_goes(home: tuple[Artifacts, PackedGroup]) -> None:
    artifacts, group = home
    state = GroupState.read(artifacts.fetch(artifacts.load(group.key)))
    del state.audio_shots[ONE], state.sounds[ONE]
    before = {story: list(cuts) for story, cuts in state.cuts.items()}
    first, second, third = before[STORY]
    state.replace_shots(STORY, [first, merged(second, third, 4.0)])
    assert follow_shots(state, before) == {("audio_shot", TWO): "its new bounds reach beyond its sound"}
    assert state.audio_shots == {}
