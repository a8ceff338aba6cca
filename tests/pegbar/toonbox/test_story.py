"""A plan holds together whatever the seed: lengths, cast, scenes, transitions, words."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pegbar.toonbox.actions import ACTIONS
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.identity import Identity, split_of, split_of_seed
from pegbar.toonbox.places import SCENE_KINDS
from pegbar.toonbox.story import plan_film, shot_lengths

CONFIG = ToonboxConfig()


@given(st.integers(0, 99_999))
@settings(max_examples=60, deadline=None)
def test_every_plan_is_a_whole_film(seed: int) -> None:
    plan = plan_film(seed, CONFIG)
    assert 20 * 12 <= plan.num_frames <= 60 * 12
    assert [shot.start_frame for shot in plan.shots] == [0, *(shot.end_frame for shot in plan.shots[:-1])]
    assert plan.shots[-1].end_frame == plan.num_frames
    assert 8 <= len(plan.shots) <= 15
    assert all(18 <= shot.end_frame - shot.start_frame <= 48 for shot in plan.shots)
    assert 1 <= len(plan.members) <= 3
    assert 2 <= len(plan.scenes) <= 3
    assert len({member.name for member in plan.members}) == len(plan.members)
    assert all(split_of(member.identity) == split_of_seed(seed) for member in plan.members)


@given(st.integers(0, 79_999))
@settings(max_examples=60, deadline=None)
def test_transitions_and_casts_follow_the_rules(seed: int) -> None:
    plan = plan_film(seed, CONFIG)
    assert plan.shots[0].transition_in == "start"
    for before, shot in zip(plan.shots, plan.shots[1:], strict=False):
        assert (shot.dissolve_frames in (8, 10, 12)) == (shot.transition_in == "dissolve")
        if shot.transition_in == "dissolve":
            assert shot.scene != before.scene
        if shot.scene == before.scene:  # a cut must show
            assert shot.framing != before.framing or abs(shot.camera_x - before.camera_x) > 0.3
        for one in (shot, before):
            assert len({role.member for role in one.roles}) == len(one.roles)
            assert bool(one.roles) != one.is_prologue
    assert any(shot.transition_in == "dissolve" for shot in plan.shots)


def test_a_hundred_films_use_every_scene_and_every_action() -> None:
    plans = [plan_film(seed, CONFIG) for seed in range(100)]
    assert {scene.kind for plan in plans for scene in plan.scenes} == set(SCENE_KINDS)
    assert len(SCENE_KINDS) == 12
    assert {role.action for plan in plans for shot in plan.shots for role in shot.roles} == set(ACTIONS)
    assert {len(plan.members) for plan in plans} == {1, 2, 3}
    assert any(shot.is_prologue for plan in plans for shot in plan.shots)


def test_a_cast_given_is_a_cast_kept() -> None:
    fox = Identity(species="fox", palette="teal", pattern="belly", accessory="scarf", build="slim")
    names = {plan_film(seed, CONFIG.but(cast=(fox,))).members[0].name for seed in range(5)}
    assert len(names) == 1  # one identity, one name, in every film
    assert plan_film(3, CONFIG.but(cast=(fox,))).members[0].appearance == (
        "A slender teal fox with a pale belly and an orange scarf."
    )


@given(st.integers(1, 3000), st.integers(8, 30), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_shots_fill_any_length_exactly(num_frames: int, fps: int, seed: int) -> None:
    lengths = shot_lengths(random.Random(seed), num_frames, CONFIG.but(fps=fps))
    assert sum(lengths) == num_frames
    assert len(lengths) == 1 or min(lengths) >= max(round(1.5 * fps), 12)


def test_a_longest_film_below_the_shortest_is_refused() -> None:
    with pytest.raises(ValidationError, match="max_seconds 10 is below min_seconds 20"):
        ToonboxConfig(max_seconds=10)
