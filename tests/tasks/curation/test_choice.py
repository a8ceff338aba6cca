"""Choosing among cut-outs, with histograms made by hand: bin 0 and 1 are Ruby's colours, 2 Bluebell's, 3 scenery."""

import numpy as np
import pytest

from pegbar.records import Character, Shot
from tasks.curation.choice import Candidate, ChoiceConfig, Search, choose

CAST = ("ruby", "bluebell")


def candidate(
    shot: int, shares: dict[int, float], quality: float = 0.8, cast: tuple[str, ...] = ("ruby",)
) -> Candidate:
    colours = np.zeros((12, 4, 4), np.float32)
    for place, share in shares.items():
        colours.flat[place] = share
    record = Shot(
        shot_id=f"s{shot}", story_id="s", film_id="f", index=shot, start_frame=0, end_frame=9, start_seconds=0.0,
        end_seconds=1.0, story_start_seconds=0.0, story_end_seconds=1.0, transition_in="cut", character_ids=cast,
    )  # fmt: skip
    return Candidate(record, 4, 0.5, b"", b"", 0.2, quality, colours)


def searches(ruby: list[Candidate], bluebell: list[Candidate]) -> dict[str, Search]:
    made = {}
    for name, found in zip(CAST, (ruby, bluebell), strict=True):
        made[name] = Search(Character(character_id=name, story_id="s", name=name, appearance=""), candidates=found)
    return made


def test_the_one_that_agrees_with_other_shots_beats_a_better_one_full_of_scenery() -> None:
    own = {0: 0.6, 1: 0.4}
    ruby = [candidate(0, own), candidate(1, own), candidate(2, {0: 0.2, 3: 0.8}, quality=0.95)]
    chosen = choose(searches(ruby, []), ChoiceConfig())["ruby"]
    assert chosen.candidate is ruby[0]
    # likeness 1 to the twin; to the other 1 - sqrt(1 - sqrt(0.6 * 0.2)) = 0.1915; 0.8 * their mean
    assert chosen.score == pytest.approx(0.4766, abs=1e-3)


def test_a_cutout_with_somebody_else_in_it_is_refused_and_counted() -> None:
    ruby = [candidate(0, {0: 0.3, 1: 0.2, 2: 0.5}, cast=CAST)]
    found = searches(ruby, [candidate(1, {2: 1.0}, cast=("bluebell",))])
    chosen = choose(found, ChoiceConfig())
    assert chosen["ruby"].candidate is None
    assert found["ruby"].refusals == {"showing somebody else": 1}
    assert chosen["bluebell"].candidate is not None


def test_a_single_shot_is_neither_confirmed_nor_denied() -> None:
    config = ChoiceConfig()
    chosen = choose(searches([candidate(0, {0: 1.0}, quality=0.5)], []), config)["ruby"]
    assert chosen.score == pytest.approx(0.5 * config.neutral_agreement)


def test_nobody_found_is_nothing_chosen() -> None:
    assert choose(searches([], []), ChoiceConfig())["ruby"].candidate is None
