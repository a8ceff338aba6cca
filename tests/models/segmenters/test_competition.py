"""Who gets what, by hand."""

import numpy as np
import pytest

from models.segmenters import CompetitionConfig
from models.segmenters.competition import (
    Claim,
    box_overlaps,
    claims,
    enlarged,
    first_ones_pixels,
    mask_overlaps,
)

CONFIG = CompetitionConfig(min_margin=0.02)


def claimed(scores: list[list[float]], overlaps: dict[tuple[int, int], float] | None = None) -> list[Claim]:
    matrix = np.eye(len(scores))
    for (one, other), overlap in (overlaps or {}).items():
        matrix[one, other] = matrix[other, one] = overlap
    return claims(np.array(scores, np.float64).reshape(len(scores), -1), matrix, CONFIG)


def test_the_best_finding_is_a_single_character_s() -> None:
    assert claimed([[0.4], [0.9], [0.6]]) == [Claim(1, 0.9)]


def test_nothing_found_is_nobody_s() -> None:
    assert claims(np.zeros((0, 2)), np.zeros((0, 0)), CONFIG) == []
    assert claimed([[0.0, 0.8]]) == []


def test_who_fits_the_only_finding_better_gets_it() -> None:
    assert claimed([[0.6, 0.5]]) == [Claim(0, 0.6)]
    assert claimed([[0.5, 0.6]]) == []


def test_all_scores_together_decide_and_not_each_finding_alone() -> None:
    # Both fit both better as the first: 0.6 + 0.5 = 1.1 against 0.55 + 0.3 = 0.85.
    assert claimed([[0.6, 0.3], [0.55, 0.5]]) == [Claim(0, 0.6), Claim(1, 0.5)]


def test_when_another_reading_is_as_good_the_first_character_has_nothing() -> None:
    assert claimed([[0.6, 0.6], [0.5, 0.5]]) == []
    assert claimed([[0.60], [0.59]]) == []
    assert claimed([[0.60], [0.57]]) == [Claim(0, 0.60)]


def test_findings_that_overlap_are_one_thing_with_the_best_scores_of_both() -> None:
    # As one thing it is the second character's; apart, each would have had its own.
    assert claimed([[0.5, 0.0], [0.0, 0.9]], {(0, 1): 0.6}) == []
    assert claimed([[0.5, 0.0], [0.0, 0.9]], {(0, 1): 0.4}) == [Claim(0, 0.5), Claim(1, 0.9)]
    assert claimed([[0.5, 0.0], [0.0, 0.4]], {(0, 1): 0.6}) == [Claim(0, 0.5)]


def test_each_pixel_goes_to_the_claim_with_the_higher_product() -> None:
    own = np.array([[0.9, 0.9, 0.4, 0.6]], np.float32)
    other = np.array([[0.0, 0.7, 0.1, 0.9]], np.float32)
    # 0.8 x 0.9 = 0.72 against 0 and 0.63; 0.4 is below the threshold; 0.8 x 0.6 = 0.48 against 0.81.
    mask = first_ones_pixels([own, other], [Claim(0, 0.8), Claim(1, 0.9)], 0.5)
    assert mask is not None
    assert mask.tolist() == [[True, True, False, False]]
    assert first_ones_pixels([own], [Claim(0, 0.8)], 0.95) is None


def test_overlaps_of_boxes_and_masks_are_intersection_over_union() -> None:
    boxes = np.array([[0, 0, 0.4, 0.4], [0.2, 0, 0.6, 0.4], [0.8, 0.8, 0.9, 0.9], [0.5, 0.5, 0.5, 0.5]], np.float32)
    overlaps = box_overlaps(boxes)
    assert overlaps[0, 1] == pytest.approx(1 / 3, abs=1e-6)  # 0.08 of 0.16 + 0.16 - 0.08
    assert overlaps[0, 2] == 0
    assert overlaps[3, 3] == 0
    masks = np.array([[[1, 1, 1, 0]], [[0, 1, 1, 1]], [[0, 0, 0, 0]]], bool)
    assert mask_overlaps(masks).tolist() == [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 0]]


def test_a_map_is_drawn_out_to_the_frame() -> None:
    half = np.zeros((4, 4), np.float32)
    half[:, 2:] = 1
    grown = enlarged(half, 80, 40)
    assert grown.shape == (40, 80)
    assert (grown[:, :40] <= 0.5).all()
    assert (grown[:, 40:] >= 0.5).all()
    assert (grown[:, 50:] == 1).all()
