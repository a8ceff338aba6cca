"""The space of identities and its splits."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pegbar.errors import ConfigurationError
from pegbar.toonbox.identity import (
    ACCESSORIES,
    BUILDS,
    HELD_OUT,
    NUM_IDENTITIES,
    PALETTE_NAMES,
    PALETTES,
    PATTERNS,
    SEED_RANGES,
    SPECIES,
    Identity,
    Split,
    identity_at,
    sample_identity,
    split_of,
    split_of_seed,
)


def test_the_space_holds_36288_identities() -> None:
    sizes = [len(values) for values in (SPECIES, PALETTE_NAMES, PATTERNS, ACCESSORIES, BUILDS)]
    assert sizes == [12, 14, 6, 9, 4]
    assert NUM_IDENTITIES == 36_288 >= 5_000
    assert set(PALETTES) == set(PALETTE_NAMES)


@given(st.integers(0, NUM_IDENTITIES - 1))
def test_number_and_attributes_are_one_to_one(index: int) -> None:
    assert identity_at(index).index == index


@pytest.mark.parametrize("index", [-1, 36_288])
def test_a_number_outside_the_space_is_refused(index: int) -> None:
    with pytest.raises(ConfigurationError, match="0 to 36287"):
        identity_at(index)


def test_every_split_is_there_and_train_has_most() -> None:
    shares = Counter(split_of(identity_at(index)) for index in range(0, NUM_IDENTITIES, 11))
    total = sum(shares.values())
    assert 0.75 < shares["train"] / total < 0.92
    assert min(shares["evaluation"], shares["test"]) / total > 0.04


def test_held_out_pairs_are_never_seen_together_in_train_but_apart() -> None:
    seen = [sample_identity(seed, "train") for seed in range(1500)]
    for pairs in HELD_OUT.values():
        for first, second in pairs:
            traits = [{one.species, one.palette, one.pattern, one.accessory} for one in seen]
            assert not any({first, second} <= one for one in traits)
            assert any(first in one for one in traits) and any(second in one for one in traits)


def test_a_pair_held_for_the_test_is_test_whatever_else() -> None:
    fox = Identity(species="fox", palette="mint", pattern="plain", accessory="top hat", build="tiny")
    assert split_of(fox) == "test"
    cat = Identity(species="cat", palette="mint", pattern="plain", accessory="crown", build="tiny")
    assert split_of(cat) == "evaluation"


@given(st.integers(0, 10_000), st.sampled_from(["train", "evaluation", "test"]))
@settings(max_examples=50)
def test_sampling_stays_in_its_split_and_repeats(seed: int, split: Split) -> None:
    identity = sample_identity(seed, split)
    assert split_of(identity) == split
    assert identity == sample_identity(seed, split)


def test_seed_ranges_meet_without_overlap() -> None:
    ends = [(seeds.start, seeds.stop) for seeds in SEED_RANGES.values()]
    assert ends == [(0, 80_000), (80_000, 90_000), (90_000, 100_000)]
    assert [split_of_seed(seed) for seed in (0, 79_999, 80_000, 99_999)] == ["train", "train", "evaluation", "test"]


@pytest.mark.parametrize("seed", [-1, 100_000])
def test_a_seed_no_split_owns_names_the_ranges(seed: int) -> None:
    with pytest.raises(ConfigurationError, match="train 0-79999"):
        split_of_seed(seed)
