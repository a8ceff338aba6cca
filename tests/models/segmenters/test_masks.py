"""The paper's limits on masks, by hand-drawn cases, and masks that are none."""

from typing import Any

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


def confetti(piece: int) -> Mask:
    return canvas(*((20 * row + 4, 20 * column + 4, piece, piece) for row in range(5) for column in range(5)))


def test_specks_go_holes_close_and_the_largest_region_stays() -> None:
    raw = canvas((10, 10, 40, 40), (70, 70, 10, 10), (90, 5, 3, 3))
    raw[30:33, 30:33] = False
    cleaned = clean_mask(raw, MaskLimits())
    assert cleaned.refusal == ""
    assert (cleaned.mask == canvas((10, 10, 40, 40))).all()
    assert cleaned.area_share == pytest.approx(0.16)


def test_pieces_are_counted_before_the_largest_is_kept_and_after_opening() -> None:
    # six pieces are too many, although one alone covers enough; specks that opening removes are no pieces
    pieces = [(10, 10, 40, 40), *((70, 18 * n, 6, 6) for n in range(5))]
    assert clean_mask(canvas(*pieces), MaskLimits()).refusal == "over 5 pieces"
    specks = [(10, 10, 40, 40), *((70, 18 * n, 4, 4) for n in range(5))]
    assert clean_mask(canvas(*specks), MaskLimits()).refusal == ""


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (None, "nothing found"),
        (canvas(), "nothing found"),
        (canvas((50, 50, 4, 4)), "nothing found"),
        (confetti(3), "nothing found"),
        (confetti(6), "over 15 contours"),
        (canvas((10, 10, 20, 24)), "under 5% of the frame"),
        (canvas((0, 0, 100, 91)), "over 90% of the frame"),
        (np.ones((100, 100), bool), "over 90% of the frame"),
        (np.ones((100, 99), bool), "a mask of shape (100, 99) for a frame of (100, 100)"),
        (np.ones((100, 100, 1), bool), "a mask of shape (100, 100, 1) for a frame of (100, 100)"),
        (np.ones((0, 0), bool), "a mask of shape (0, 0) for a frame of (100, 100)"),
        (np.full((100, 100), np.nan), "a mask with values that are no numbers"),
        (np.full((100, 100), np.inf), "a mask with values that are no numbers"),
        (np.full((100, 100), "cat"), "a mask of <U3"),
        (np.full((100, 100), None), "a mask of object"),
        (np.full((100, 100), -1), "nothing found"),
    ],
)
def test_what_is_no_mask_of_a_character_is_refused_in_its_own_words(raw: NDArray[Any] | None, refusal: str) -> None:
    cleaned = clean_mask(raw, MaskLimits(), (100, 100))
    assert cleaned.refusal == refusal
    assert cleaned.mask.shape == (100, 100)


@pytest.mark.parametrize(("raw", "share"), [(canvas((10, 10, 20, 25)), 0.05), (canvas((5, 5, 90, 90)), 0.81)])
@pytest.mark.parametrize("kind", [bool, np.uint8, np.float32])
def test_the_limits_themselves_pass_whatever_numbers_say_inside(raw: Mask, share: float, kind: type) -> None:
    cleaned = clean_mask(raw.astype(kind), MaskLimits(), (100, 100))
    assert (cleaned.refusal, cleaned.area_share) == ("", pytest.approx(share))


def test_a_sieve_has_too_many_contours() -> None:
    raw = canvas((0, 0, 100, 100))
    for number in range(15):
        raw[5 + 20 * (number // 4) : 17 + 20 * (number // 4), 5 + 24 * (number % 4) : 17 + 24 * (number % 4)] = False
    assert clean_mask(raw, MaskLimits()).refusal == "over 15 contours"
