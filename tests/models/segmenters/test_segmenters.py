"""What a segmenter without weights finds, and what makes a cut-out good; the contract is in test_contract.py."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from small_films import HEIGHT, WIDTH, scene

from models.segmenters import (
    ClassicalConfig,
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
    if raw is not None:
        cleaned = clean_mask(raw, MaskLimits())
        assert cleaned.refusal or score_cutout(pixels, cleaned.mask, ScoreConfig()).refusal


def test_a_single_frame_without_motion_is_enough(segmenter: Segmenter) -> None:
    pixels, truth = scene(0, 5, ("Bluebell",))
    (raw,) = segmenter.segment(SegmentRequest((pixels,), (0,), BLUEBELL))
    assert raw is not None
    assert overlap(raw, truth) > 0.8


def test_sharp_whole_and_large_scores_more() -> None:
    pixels, truth = scene(0, 5, ("Ruby",))
    good = score_cutout(pixels, truth, ScoreConfig())
    assert good.refusal == ""
    blurred = cv2.GaussianBlur(pixels, (0, 0), 3)
    assert score_cutout(np.asarray(blurred, np.uint8), truth, ScoreConfig()).sharpness < good.sharpness
    small = cv2.erode(truth.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    assert score_cutout(pixels, small, ScoreConfig()).area < good.area


def test_what_the_edge_cuts_or_scenery_hides_is_refused() -> None:
    pixels, _ = scene(0, 5, ("Ruby",))
    half = np.zeros((HEIGHT, WIDTH), bool)
    half[30:110, :30] = True
    assert score_cutout(pixels, half, ScoreConfig()).refusal == "cut by the frame's edge"
    ground = np.zeros((HEIGHT, WIDTH), bool)
    ground[100:115, 100:130] = True
    assert score_cutout(pixels, ground, ScoreConfig()).refusal == "of its surroundings' colours"
    streak = np.zeros((HEIGHT, WIDTH), bool)
    streak[60, 20:140], streak[10:110, 80] = True, True
    assert score_cutout(pixels, streak, ScoreConfig()).refusal == "in streaks"


def test_colours_tell_characters_apart() -> None:
    (pixels, red), (other, blue) = scene(0, 5, ("Ruby",)), scene(0, 5, ("Bluebell",))
    ruby, bluebell = colour_histogram(pixels, red), colour_histogram(other, blue)
    assert likeness_of(ruby, ruby) == pytest.approx(1.0, abs=1e-3)
    assert likeness_of(ruby, bluebell) < 0.3
    assert share_explained(ruby, ruby, bluebell) < 0.1
    assert share_explained((ruby + bluebell) / 2, ruby, bluebell) == pytest.approx(0.5, abs=0.1)
