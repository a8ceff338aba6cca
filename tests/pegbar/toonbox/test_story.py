"""A plan holds together whatever the seed: lengths, cast, scenes, transitions, words."""

import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pegbar.toonbox.actions import ACTIONS
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.identity import Identity, split_of, split_of_seed
from pegbar.toonbox.phrases import Move
from pegbar.toonbox.places import SCENE_KINDS
from pegbar.toonbox.plan import HappeningKind
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
    assert plan.shots[0].transition_in.kind == "start"
    for before, shot in zip(plan.shots, plan.shots[1:], strict=False):
        joint = shot.transition_in
        assert joint.kind != "start" and (joint.before + joint.after == 0) == (joint.kind == "cut")
        assert before.num_frames - before.transition_in.after - joint.before >= 6
        if shot.scene == before.scene and not (shot.card or before.card):  # a cut must show
            assert shot.framing != before.framing or abs(shot.camera_x - before.camera_x) > 0.3
    for shot in plan.shots:
        assert len({role.member for role in shot.roles}) == len(shot.roles)
        assert not (shot.card and (shot.roles or shot.happenings))
        assert [one.kind for one in shot.happenings].count("whip pan") == (shot.move == "whip pan")
    empty = [index for index, shot in enumerate(plan.shots) if not shot.roles and not shot.card]
    assert empty in ([], [0], [1])  # the place alone, before anybody comes


def test_most_boundaries_are_cuts_and_long_films_have_several_kinds() -> None:
    plans = [plan_film(seed, CONFIG.but(min_seconds=30)) for seed in range(60)]
    kinds = [[shot.transition_in.kind for shot in plan.shots[1:]] for plan in plans]
    cuts = sum(one.count("cut") for one in kinds) / sum(map(len, kinds))
    assert 0.6 < cuts < 0.8
    assert sum(len({*one} - {"cut"}) >= 2 for one in kinds) > 0.75 * len(kinds)


def test_drawings_are_held_as_the_seed_or_the_configuration_says() -> None:
    assert {plan_film(seed, CONFIG).drawn_on for seed in range(40)} == {1, 2, 3}
    assert {plan_film(seed, CONFIG).held for seed in range(40)} == {"cast", "picture"}
    forced = plan_film(1, CONFIG.but(drawn_on=3, held="cast"))
    assert (forced.drawn_on, forced.held) == (3, "cast")


@pytest.mark.parametrize("fps", [12, 24, 60])
def test_transitions_last_as_long_at_any_rate(fps: int) -> None:
    plans = [plan_film(seed, CONFIG.but(fps=fps)) for seed in range(30)]
    dissolves = [shot.transition_in for plan in plans for shot in plan.shots if shot.transition_in.kind == "dissolve"]
    assert dissolves and all(8 / 12 <= (one.before + one.after) / fps <= 16 / 12 for one in dissolves)


def test_a_hundred_films_use_every_scene_and_every_action() -> None:
    plans = [plan_film(seed, CONFIG) for seed in range(100)]
    assert {scene.kind for plan in plans for scene in plan.scenes} == set(SCENE_KINDS)
    assert len(SCENE_KINDS) == 12
    assert {role.action for plan in plans for shot in plan.shots for role in shot.roles} == set(ACTIONS)
    assert {len(plan.members) for plan in plans} == {1, 2, 3}
    assert {shot.card.kind for plan in plans for shot in plan.shots if shot.card} == {"title", "end"}
    assert {shot.move for plan in plans for shot in plan.shots} == set(get_args(Move))
    happened = {one.kind for plan in plans for shot in plan.shots for one in shot.happenings}
    assert happened == set(get_args(HappeningKind))


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
