"""Scripts, cuts and masks as files."""

import io

import numpy as np
import pytest

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.truth import clock, cuts_of, masks_bytes, script_of

PLAN = plan_film(0, ToonboxConfig(title_card=True, end_card=True))


@pytest.mark.parametrize(
    ("frame", "fps", "text"),
    [(0, 12, "00:00.000"), (23, 12, "00:01.917"), (780, 12, "01:05.000"), (1, 24, "00:00.042"), (47, 12, "00:03.917")],
)
def test_times_have_milliseconds(frame: int, fps: int, text: str) -> None:
    assert clock(frame / fps) == text


def test_script_has_the_animeshooter_keys() -> None:
    script = script_of(PLAN)
    assert list(script) == ["storyline", "main characters", "main scenes", "shots"]
    assert {tuple(one) for one in script["main characters"]} == {("ID", "appearance")}
    assert {tuple(one) for one in script["main scenes"]} == {("ID", "environment")}
    assert set(script["shots"][0]) == {
        "start time", "end time", "is_prologue_or_epilogue", "main characters", "scene", "plot", "caption", "camera",
    }  # fmt: skip


def test_shots_are_contiguous_and_name_known_ids() -> None:
    script = script_of(PLAN)
    shots = script["shots"]
    assert [shot["start time"] for shot in shots[1:]] == [shot["end time"] for shot in shots[:-1]]
    assert shots[0]["start time"] == "00:00.000"
    assert shots[-1]["end time"] == clock(PLAN.num_frames / PLAN.fps)
    characters = {one["ID"] for one in script["main characters"]}
    assert all(characters.issuperset(shot["main characters"]) for shot in shots)
    told = [shot for shot in shots if not shot["is_prologue_or_epilogue"]]
    assert {shot["scene"] for shot in told} == {one["ID"] for one in script["main scenes"]}
    assert [shots[0], shots[-1]] == [shot for shot in shots if shot not in told]
    assert all(name in shot["plot"] for shot in shots for name in shot["main characters"])


def test_cuts_put_what_is_gradual_round_its_middle() -> None:
    kinds = set()
    for seed in range(12):
        plan = plan_film(seed, ToonboxConfig())
        cuts = cuts_of(plan)
        assert (cuts["world_version"], cuts["num_frames"], cuts["fps"]) == (1, plan.num_frames, 12)
        assert [one["frame"] for one in cuts["boundaries"]] == [shot.start_frame for shot in plan.shots[1:]]
        for one in cuts["boundaries"]:
            kinds.add(one["transition"])
            before, after = one["frame"] - one["start_frame"], one["end_frame"] - one["frame"]
            if one["transition"] == "cut":
                assert before == after == 0
            elif one["transition"] == "flash":
                assert 0 <= after - before <= 1 and 2 <= before + after <= 4
            else:
                assert before == after and 4 <= after <= 8
    assert kinds == {"cut", "dissolve", "fade", "wipe", "flash"}


def test_distractors_and_the_films_ends_are_away_from_every_transition() -> None:
    for seed in range(40):
        cuts = cuts_of(plan_film(seed, ToonboxConfig()))
        taken = [(one["start_frame"], one["end_frame"]) for one in cuts["boundaries"]]
        taken += [(one["start_frame"], one["end_frame"]) for one in cuts["distractors"]]
        taken += [tuple(ends) for ends in (cuts["fade_in"], cuts["fade_out"]) if ends]
        taken.sort()
        assert all(end <= start for (_, end), (start, _) in zip(taken, taken[1:], strict=False))
        assert taken[-1][1] <= cuts["num_frames"]


def test_masks_open_with_numpy_and_hold_no_date() -> None:
    labels = [np.full((4, 6), index % 3, np.uint8) for index in range(5)]
    content = masks_bytes(labels, ["Pip the cat", "Momo the dog"])
    assert content == masks_bytes(labels, ["Pip the cat", "Momo the dog"])
    with np.load(io.BytesIO(content)) as archive:
        assert archive["labels"].shape == (5, 4, 6)
        assert archive["labels"].dtype == np.uint8
        assert archive["characters"].tolist() == ["Pip the cat", "Momo the dog"]
    assert content[10:14] == b"\x00\x00\x21\x00"  # DOS time 0 and date 1980-01-01
