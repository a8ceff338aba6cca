"""Textbook figures: Wilson by hand, Cohen's and Krippendorff's published examples, scikit-learn as a second opinion."""

import random

import pytest
from sklearn.metrics import cohen_kappa_score

from tasks.studio.review.statistics import cohen_kappa, krippendorff_alpha, pairwise_agreement, wilson_interval


def test_wilson_by_hand() -> None:
    # z = 1.96: (0.8 + 3.8416 / 20) / 1.38416 = 0.7167; 1.96 * sqrt(0.016 + 0.009604) / 1.38416 = 0.2266
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson_interval(0, 0) is None


def test_cohens_kappa_by_hand() -> None:
    # 35 of 50 alike; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so (0.7 - 0.5) / 0.5
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)
    assert cohen_kappa([("yes", "yes")] * 9) is None  # nothing to tell agreement from chance by
    assert cohen_kappa([]) is None


def test_cohens_kappa_agrees_with_scikit_learn() -> None:
    source = random.Random(0)
    pairs = [(source.choice("yn"), source.choice("yynu")) for _ in range(200)]
    assert cohen_kappa(pairs) == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_krippendorffs_own_examples() -> None:
    two = list(zip("0100000010", "1110010000", strict=True))
    assert krippendorff_alpha(two) == pytest.approx(0.095, abs=5e-4)  # Computing Krippendorff's Alpha, section A
    three = ("*****34121133*3", "1*213343*******", "**21344*21133*4")
    units = [[answer for answer in unit if answer != "*"] for unit in zip(*three, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.691, abs=5e-4)  # three people, many answers missing
    assert krippendorff_alpha([["yes", "yes"], ["yes"]]) is None


def test_pairs_of_three_people() -> None:
    assert pairwise_agreement([["yes", "yes", "no"], ["no", "no"], ["yes"]]) == pytest.approx(2 / 4)
    assert pairwise_agreement([["yes"]]) is None
