"""The paper's limits on masks, by hand-drawn cases."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.segmenters import MaskLimits, clean_mask

Mask = NDArray[np.bool_]


def canvas(*boxes: tuple[int, int, int, int]) -> Mask:
    mask = np.zeros((100, 100), bool)
    for top, left, height, width in boxes:
        mask[top : top + height, left : left + width] = True
    return mask


def test_specks_go_holes_close_and_the_largest_region_stays() -> None:
    raw = canvas((10, 10, 40, 40), (70, 70, 10, 10), (90, 5, 3, 3))
    raw[30:33, 30:33] = False
    cleaned = clean_mask(raw, MaskLimits())
    assert cleaned.refusal == ""
    assert (cleaned.mask == canvas((10, 10, 40, 40))).all()
    assert cleaned.area_share == pytest.approx(0.16)


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (canvas(), "nothing found"),
        (canvas((50, 50, 4, 4)), "nothing found"),
        (canvas((10, 10, 20, 24)), "under 5% of the frame"),
        (canvas((0, 0, 100, 91)), "over 90% of the frame"),
        (canvas((10, 10, 40, 40), *((70, 20 * n, 6, 6) for n in range(5))), "over 5 pieces"),
    ],
)
def test_each_limit_refuses_with_its_own_words(raw: Mask, refusal: str) -> None:
    assert clean_mask(raw, MaskLimits()).refusal == refusal


@pytest.mark.parametrize(("raw", "share"), [(canvas((10, 10, 20, 25)), 0.05), (canvas((5, 5, 90, 90)), 0.81)])
def test_the_limits_themselves_pass(raw: Mask, share: float) -> None:
    cleaned = clean_mask(raw, MaskLimits())
    assert (cleaned.refusal, cleaned.area_share) == ("", pytest.approx(share))


def test_a_sieve_has_too_many_contours() -> None:
    raw = canvas((0, 0, 100, 100))
    for number in range(15):
        raw[5 + 20 * (number // 4) : 17 + 20 * (number // 4), 5 + 24 * (number % 4) : 17 + 24 * (number % 4)] = False
    assert clean_mask(raw, MaskLimits()).refusal == "over 15 contours"
