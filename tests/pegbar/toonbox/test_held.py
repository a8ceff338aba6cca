"""Held drawings and what happens inside a shot, as the frames show it."""

from dataclasses import replace

import numpy as np
import pytest

from pegbar.toonbox.config import Held, ToonboxConfig
from pegbar.toonbox.frames import Screen, draw_shot_frame
from pegbar.toonbox.happenings import whip_of
from pegbar.toonbox.identity import Identity
from pegbar.toonbox.phrases import Move
from pegbar.toonbox.plan import FilmPlan, Happening
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.transitions import Transition

CONFIG = ToonboxConfig(width=96, height=72, min_seconds=8, max_seconds=8)
STRANGER = Identity(species="frog", palette="teal", pattern="plain", accessory="none", build="average")


def alone(move: Move, *happenings: Happening, drawn_on: int = 1, held: Held = "cast") -> FilmPlan:
    """Return a film of one wide shot of 48 frames with somebody who dances."""
    plan = plan_film(0, CONFIG)
    told = next(shot for shot in plan.shots if shot.roles)
    role = replace(told.roles[0], action="dance", x=0.0)
    shot = replace(
        told, start_frame=0, end_frame=48, roles=(role,), framing="wide", move=move, camera_x=0.0,
        transition_in=Transition("start"), happenings=happenings,
    )  # fmt: skip
    if move == "whip pan":
        shot = replace(shot, happenings=(whip_of(shot, 12),))
    return replace(plan, shots=(shot,), num_frames=48, fade_in=None, fade_out=None, drawn_on=drawn_on, held=held)


def pictures(plan: FilmPlan, count: int = 48) -> list[np.ndarray]:
    screen = Screen(plan, CONFIG)
    return [screen.show(0, frame)[0] for frame in range(count)]


def at(plan: FilmPlan, frame: int) -> np.ndarray:
    return Screen(plan, CONFIG).show(0, frame)[0]


def changes(shown: list[np.ndarray]) -> list[bool]:
    return [bool((one != other).any()) for one, other in zip(shown, shown[1:], strict=False)]


@pytest.mark.parametrize("drawn_on", [1, 2, 3])
def test_a_held_picture_changes_on_ones_twos_or_threes(drawn_on: int) -> None:
    changed = changes(pictures(alone("pan", drawn_on=drawn_on, held="picture"), 13))
    assert changed == [frame % drawn_on == 0 for frame in range(1, 13)]


def test_a_held_cast_stands_while_the_camera_moves() -> None:
    plan = alone("pan", drawn_on=3)
    assert all(changes(pictures(plan, 13)))
    still = plan.shots[0]
    shapes = [draw_shot_frame(plan, replace(still, move="still"), frame, CONFIG)[1] for frame in range(7)]
    assert changes(shapes) == [False, False, True, False, False, True]


def test_a_freeze_holds_the_drawing_and_goes_on_where_it_stopped() -> None:
    plan = alone("still", Happening("freeze", 10, 22), held="picture")
    shown = pictures(plan, 26)
    assert changes(shown) == [not 10 <= frame < 21 for frame in range(25)]
    free = pictures(alone("still", held="picture"), 15)
    assert (shown[22] == free[11]).all()


def test_lightning_is_bright_for_its_frames_and_dimming_is_half_as_bright() -> None:
    plain, struck = alone("still"), alone("still", Happening("lightning", 20, 22))
    dimmed = alone("still", Happening("dimming", 10, 40))
    brighter = [at(struck, frame).mean() - at(plain, frame).mean() > 20 for frame in range(19, 23)]
    assert brighter == [False, True, True, False]
    assert at(dimmed, 25).mean() == pytest.approx(at(plain, 25).mean() / 2, rel=0.02)
    assert (at(dimmed, 9) == at(plain, 9)).all() and (at(dimmed, 40) == at(plain, 40)).all()


def test_a_stranger_covers_the_cast_on_the_map() -> None:
    plan = alone("still", Happening("passing", 10, 20, stranger=STRANGER))
    free = alone("still")
    sizes = [
        int((draw_shot_frame(one, one.shots[0], frame, CONFIG)[1] > 0).sum())
        for one in (plan, free)
        for frame in (5, 14)
    ]
    assert sizes[0] == sizes[2]
    assert sizes[1] < sizes[3] / 2


def test_a_whip_pan_flies_to_the_cast_and_stays() -> None:
    plan = alone("whip pan")
    (whip,) = plan.shots[0].happenings
    seen = [int((draw_shot_frame(plan, plan.shots[0], frame, CONFIG)[1] > 0).sum()) for frame in range(0, 48, 3)]
    assert not any(seen[: whip.start_frame // 3])
    assert all(seen[whip.end_frame // 3 + 1 :])


@pytest.mark.parametrize("move", ["tilt", "shake"])
def test_tilt_and_shake_move_the_picture_up_or_down(move: Move) -> None:
    plan, still = alone(move), alone("still")
    shot, rest = plan.shots[0], still.shots[0]
    tops = [
        np.flatnonzero(draw_shot_frame(one, made, frame, CONFIG)[1].any(axis=1))[0]
        for one, made in ((plan, shot), (still, rest))
        for frame in (2, 17, 47)
    ]
    assert (tops[:2] != tops[3:5]) and tops[2] == tops[5]
