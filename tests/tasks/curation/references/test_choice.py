"""Choosing among cut-outs, with histograms made by hand: bin 0 and 1 are Ruby's colours, 2 Bluebell's, 3 scenery."""

import numpy as np
import pytest

from models.verifiers import Verdict
from pegbar.records import Character, Shot
from tasks.curation.references.choice import Candidate, ChoiceConfig, Ranked, Search, Tried, rank

CAST = ("ruby", "bluebell")


def candidate(
    shot: int,
    shares: dict[int, float],
    quality: float = 0.8,
    cast: tuple[str, ...] = ("ruby",),
    aspect: float = 1.0,
) -> Candidate:
    colours = np.zeros((12, 4, 4), np.float32)
    for place, share in shares.items():
        colours.flat[place] = share
    record = Shot(
        shot_id=f"s{shot}", story_id="s", film_id="f", index=shot, start_frame=0, end_frame=9, start_seconds=0.0,
        end_seconds=1.0, story_start_seconds=0.0, story_end_seconds=1.0, transition_in="cut", character_ids=cast,
    )  # fmt: skip
    return Candidate(record, 4 + 10 * shot, 0.5, b"", b"", 0.2, quality, colours, aspect)


def searches(ruby: list[Candidate], bluebell: list[Candidate]) -> dict[str, Search]:
    made = {}
    for name, found in zip(CAST, (ruby, bluebell), strict=True):
        tried = [Tried(one.frame, one.area_share, one) for one in found]
        made[name] = Search(Character(character_id=name, story_id="s", name=name, appearance=""), tried)
    return made


def test_the_one_that_agrees_with_other_shots_beats_a_better_one_full_of_scenery() -> None:
    own = {0: 0.6, 1: 0.4}
    ruby = [candidate(0, own), candidate(1, own), candidate(2, {0: 0.2, 3: 0.8}, quality=0.95)]
    best = rank(searches(ruby, []), ChoiceConfig())["ruby"][0]
    assert best.candidate is ruby[0]
    # likeness 1 to the twin; to the other 1 - sqrt(1 - sqrt(0.6 * 0.2)) = 0.1915; 0.8 * their mean
    assert best.score == pytest.approx(0.4766, abs=1e-3)


def test_an_unusual_pose_counts_less() -> None:
    own = {0: 1.0}
    ruby = [candidate(0, own, aspect=2.0), candidate(1, own, aspect=2.0), candidate(2, own, aspect=0.5, quality=1.0)]
    ranked = rank(searches(ruby, []), ChoiceConfig())["ruby"]
    # all agree in colour; the last is a quarter as tall for its width as is usual
    assert [(one.candidate.shot.shot_id, round(one.score, 4)) for one in ranked] == [
        ("s0", 0.8),
        ("s1", 0.8),
        ("s2", 0.25),
    ]


def test_a_cutout_with_somebody_else_in_it_is_marked() -> None:
    ruby = [candidate(0, {0: 0.3, 1: 0.2, 2: 0.5}, cast=CAST), candidate(1, {0: 0.6, 1: 0.4})]
    ranked = rank(searches(ruby, [candidate(2, {2: 1.0}, cast=("bluebell",))]), ChoiceConfig())
    assert {one.candidate.shot.shot_id: one.shows_somebody_else for one in ranked["ruby"]} == {"s0": True, "s1": False}
    assert [one.shows_somebody_else for one in ranked["bluebell"]] == [False]


def test_a_single_shot_is_neither_confirmed_nor_denied() -> None:
    config = ChoiceConfig()
    (only,) = rank(searches([candidate(0, {0: 1.0}, quality=0.5)], []), config)["ruby"]
    assert only.score == pytest.approx(0.5 * config.neutral_agreement)


def test_nobody_found_is_nothing_ranked() -> None:
    assert rank(searches([], []), ChoiceConfig()) == {"ruby": [], "bluebell": []}


def test_the_best_is_the_first_that_was_accepted_and_refusals_are_counted_by_criterion() -> None:
    one, two, three = (candidate(number, {0: 1.0}) for number in range(3))
    bad = Verdict(is_accepted=False, score=0.1, failed=("pose", "quality"), explanation="lies; blurred")
    good = Verdict(is_accepted=True, score=0.4)
    search = searches([one, two, three], [])["ruby"]
    search.tried.append(Tried(99, 0.01, refusal="under 5% of the frame"))
    search.ranked = [
        Ranked(one, 0.5, verdict=bad, refusal="lies; blurred"),
        Ranked(two, 0.4, verdict=good),
        Ranked(three, 0.3, verdict=good),
    ]
    assert search.best is search.ranked[1]
    assert search.refusals == {"pose, quality": 1, "under 5% of the frame": 1}
