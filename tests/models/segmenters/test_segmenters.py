"""What a segmenter without weights finds, and what makes a cut-out good; the contract is in test_contract.py."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from small_films import HEIGHT, WIDTH, scene

from models.segmenters import (
    ClassicalConfig,
    Glimpse,
    Mask,
    ScoreConfig,
    Segmenter,
    SegmentRequest,
    Subject,
    clean_mask,
    colour_histogram,
    likeness_of,
    score_cutout,
    share_explained,
)
from models.segmenters.colour_words import colours_named
from models.segmenters.masks import MaskLimits

RUBY, BLUEBELL = Subject("Ruby", "A round red figure."), Subject("Bluebell", "A round blue figure.")


@pytest.fixture
def segmenter() -> Segmenter:
    return ClassicalConfig().build()


def overlap(found: Mask, truth: Mask) -> float:
    return float((found & truth).sum() / (found | truth).sum())


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_figure_is_found_and_its_scenery_is_not(segmenter: Segmenter, number: int) -> None:
    drawn = [scene(number, frame, ("Ruby",)) for frame in range(2, 14, 2)]
    request = SegmentRequest(tuple(pixels for pixels, _ in drawn), (1, 4), RUBY)
    found = segmenter.segment(request)
    for target, raw in zip(request.targets, found, strict=True):
        assert raw is not None
        assert raw.shape == (HEIGHT, WIDTH)
        assert overlap(clean_mask(raw, MaskLimits()).mask, drawn[target][1]) > 0.85


def test_the_same_frames_give_the_same_mask(segmenter: Segmenter) -> None:
    frames = tuple(scene(1, frame, ("Ruby", "Bluebell"))[0] for frame in range(4))
    request = SegmentRequest(frames, (2,), RUBY, (BLUEBELL,))
    first, second = segmenter.segment(request)[0], segmenter.segment(request)[0]
    assert first is not None
    assert second is not None
    assert (first == second).all()


@pytest.mark.parametrize("pixels", [np.zeros((90, 160, 3), np.uint8), np.full((12, 10, 3), 200, np.uint8)])
def test_a_frame_with_nobody_gives_nothing_that_passes(segmenter: Segmenter, pixels: NDArray[np.uint8]) -> None:
    (raw,) = segmenter.segment(SegmentRequest((pixels,), (0,), RUBY))
    assert clean_mask(raw, MaskLimits(), pixels.shape[:2]).refusal


def test_a_single_frame_without_motion_is_enough(segmenter: Segmenter) -> None:
    pixels, truth = scene(0, 5, ("Bluebell",))
    (raw,) = segmenter.segment(SegmentRequest((pixels,), (0,), BLUEBELL))
    assert raw is not None
    assert overlap(raw, truth) > 0.8


def test_two_in_one_frame_are_parted_and_none_gets_the_others_pixels(segmenter: Segmenter) -> None:
    together = ("Ruby", "Bluebell")
    frames = tuple(scene(1, frame, together)[0] for frame in range(4))
    both = scene(1, 2, together)[1]
    middle = np.arange(WIDTH) < 84  # between Ruby, who stands left, and Bluebell
    for subject, other, truth in ((RUBY, BLUEBELL, both & middle), (BLUEBELL, RUBY, both & ~middle)):
        (raw,) = segmenter.segment(SegmentRequest(frames, (2,), subject, (other,)))
        assert raw is not None
        assert overlap(raw, truth) > 0.85


def test_a_story_tells_who_is_who_where_words_do_not(segmenter: Segmenter) -> None:
    ruby, bluebell = Subject("Ruby", "The elder one."), Subject("Bluebell", "The younger one.")
    alone = [Glimpse(tuple(scene(n, frame, ("Ruby",))[0] for frame in (2, 8, 14)), (ruby,)) for n in (0, 1, 2)]
    frames = tuple(scene(0, frame, ("Bluebell", "Ruby"))[0] for frame in range(4))
    story = (*alone, Glimpse(frames[:3], (ruby, bluebell)))
    both = scene(0, 2, ("Bluebell", "Ruby"))[1]
    right = np.arange(WIDTH) >= 84
    for subject, other, truth in ((ruby, bluebell, both & right), (bluebell, ruby, both & ~right)):
        (raw,) = segmenter.segment(SegmentRequest(frames, (2,), subject, (other,), story))
        assert raw is not None
        assert overlap(raw, truth) > 0.8


def test_what_was_asked_before_changes_no_mask() -> None:
    frames = tuple(scene(1, frame, ("Ruby", "Bluebell"))[0] for frame in range(4))
    asked = SegmentRequest(frames, (2,), BLUEBELL, (RUBY,))
    busy = ClassicalConfig().build()
    busy.segment(SegmentRequest(frames, (2,), RUBY, (BLUEBELL,)))
    busy.segment(SegmentRequest(frames, (1,), RUBY))
    busy.segment(SegmentRequest(frames, (2,), RUBY, (BLUEBELL,)))
    (later,), (fresh,) = busy.segment(asked), ClassicalConfig().build().segment(asked)
    assert later is not None
    assert fresh is not None
    assert (later == fresh).all()


def test_a_veil_over_some_frames_hides_nobody(segmenter: Segmenter) -> None:
    drawn = [scene(0, frame, ("Ruby",)) for frame in range(2, 14, 2)]
    veiled = [np.clip(0.5 * pixels + 120, 0, 255).astype(np.uint8) for pixels, _ in drawn[:2]]
    frames = (*veiled, *(pixels for pixels, _ in drawn[2:]))
    (raw,) = segmenter.segment(SegmentRequest(frames, (0,), RUBY))
    assert raw is not None
    assert overlap(raw, drawn[0][1]) > 0.8


def test_sharp_whole_and_large_scores_more() -> None:
    pixels, truth = scene(0, 5, ("Ruby",))
    good = score_cutout(pixels, truth, ScoreConfig())
    blurred = cv2.GaussianBlur(pixels, (0, 0), 3)
    assert score_cutout(np.asarray(blurred, np.uint8), truth, ScoreConfig()).sharpness < good.sharpness
    small = cv2.erode(truth.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    assert score_cutout(pixels, small, ScoreConfig()).area < good.area
    assert 0 < score_cutout(pixels, small, ScoreConfig()).value < good.value < 1


def test_colours_tell_characters_apart() -> None:
    (pixels, red), (other, blue) = scene(0, 5, ("Ruby",)), scene(0, 5, ("Bluebell",))
    ruby, bluebell = colour_histogram(pixels, red), colour_histogram(other, blue)
    assert likeness_of(ruby, ruby) == pytest.approx(1.0, abs=1e-3)
    assert likeness_of(ruby, bluebell) < 0.3
    assert share_explained(ruby, ruby, bluebell) < 0.1
    assert share_explained((ruby + bluebell) / 2, ruby, bluebell) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("A red hat", ((200, 30, 30), (235, 70, 60))),
        ("light blue", ((130, 190, 235), (150, 185, 235))),
        ("dark orange", ((156, 91, 32),)),  # 0.65 * (240, 140, 50), rounded
        ("dark and orange", ((240, 140, 50),)),
        ("orange fur, deep brown eyes", ((240, 140, 50),)),
        ("scarred Greenland", ()),
        ("lime, LIME", ((150, 210, 60),)),
    ],
)
def test_words_name_colours(text: str, colours: tuple[tuple[int, int, int], ...]) -> None:
    assert colours_named(text) == colours
