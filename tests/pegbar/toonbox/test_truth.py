"""Scripts, cuts and masks as files."""

import io

import numpy as np
import pytest

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.truth import clock, cuts_of, masks_bytes, script_of

PLAN = plan_film(0, ToonboxConfig())


@pytest.mark.parametrize(
    ("frame", "fps", "text"),
    [(0, 12, "00:00.000"), (23, 12, "00:01.917"), (780, 12, "01:05.000"), (1, 24, "00:00.042"), (47, 12, "00:03.917")],
)
def test_times_have_milliseconds(frame: int, fps: int, text: str) -> None:
    assert clock(frame, fps) == text


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
    assert shots[-1]["end time"] == clock(PLAN.num_frames, PLAN.fps)
    characters = {one["ID"] for one in script["main characters"]}
    assert all(characters.issuperset(shot["main characters"]) for shot in shots)
    assert {shot["scene"] for shot in shots} == {one["ID"] for one in script["main scenes"]}
    assert all(name in shot["plot"] for shot in shots for name in shot["main characters"])


def test_cuts_put_a_dissolve_in_its_middle() -> None:
    cuts = cuts_of(PLAN)
    assert [one["frame"] for one in cuts["boundaries"]] == [shot.start_frame for shot in PLAN.shots[1:]]
    for one in cuts["boundaries"]:
        if one["transition"] == "cut":
            assert one["start_frame"] == one["frame"] == one["end_frame"]
        else:
            assert one["frame"] - one["start_frame"] == one["end_frame"] - one["frame"] in (4, 5, 6)
    assert {one["transition"] for one in cuts["boundaries"]} == {"cut", "dissolve"}


def test_masks_open_with_numpy_and_hold_no_date() -> None:
    labels = [np.full((4, 6), index % 3, np.uint8) for index in range(5)]
    content = masks_bytes(labels, ["Pip the cat", "Momo the dog"])
    assert content == masks_bytes(labels, ["Pip the cat", "Momo the dog"])
    with np.load(io.BytesIO(content)) as archive:
        assert archive["labels"].shape == (5, 4, 6)
        assert archive["labels"].dtype == np.uint8
        assert archive["characters"].tolist() == ["Pip the cat", "Momo the dog"]
    assert content[10:14] == b"\x00\x00\x21\x00"  # DOS time 0 and date 1980-01-01
