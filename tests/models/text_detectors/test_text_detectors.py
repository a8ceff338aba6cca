"""The contract of the role, run over every backend."""

import cv2
import numpy as np
import pytest
from drawn_text import HEIGHT, SAYINGS, WIDTH, card, scenery, write_line

from models.text_detectors import ClassicalTextConfig, RapidOcrConfig, TextBox, TextDetector


@pytest.fixture(scope="module", params=[RapidOcrConfig, ClassicalTextConfig])
def detector(request: pytest.FixtureRequest) -> TextDetector:
    built: TextDetector = request.param().build()
    return built


def overlap(box: TextBox, left: float, top: float, right: float, bottom: float) -> float:
    drawn = TextBox(left, top, right - left, bottom - top)
    return box.overlap(drawn) / (box.area + drawn.area - box.overlap(drawn))


@pytest.mark.parametrize("number", range(5))
def test_a_line_is_found_where_it_was_written(detector: TextDetector, number: int) -> None:
    pixels = scenery(number) // 2
    place = write_line(pixels, SAYINGS[number])
    best = max(detector.detect(pixels), key=lambda box: overlap(box, *place))
    assert overlap(best, *place) > 0.5


def test_every_line_of_a_card_is_found_from_the_top_down(detector: TextDetector) -> None:
    lines = detector.detect(card("The Big Surprise", "a film by Lulu", "and Rusty"))
    assert len(lines) == 3
    assert [line.top for line in lines] == sorted(line.top for line in lines)


@pytest.mark.parametrize("number", range(5))
def test_scenery_is_no_text(detector: TextDetector, number: int) -> None:
    assert detector.detect(scenery(number)) == ()


def test_places_are_shares_of_any_size(detector: TextDetector) -> None:
    pixels = card("The Big Surprise")
    large = np.asarray(cv2.resize(pixels, (WIDTH * 2, HEIGHT * 2), interpolation=cv2.INTER_CUBIC), np.uint8)
    (small_line,), (large_line,) = detector.detect(pixels), detector.detect(large)
    assert small_line.left == pytest.approx(large_line.left, abs=0.02)
    assert small_line.bottom == pytest.approx(large_line.bottom, abs=0.02)


def test_the_same_picture_gives_the_same_lines(detector: TextDetector) -> None:
    pixels = scenery(1)
    write_line(pixels, SAYINGS[0])
    assert detector.detect(pixels) == detector.detect(pixels)


@pytest.mark.parametrize("size", [(1, 1), (9, 400), (400, 9)])
def test_pictures_too_small_for_text_have_none(detector: TextDetector, size: tuple[int, int]) -> None:
    assert detector.detect(np.full((*size, 3), 90, np.uint8)) == ()


@pytest.mark.parametrize("feet", [(0.3, 0.9), (0.9, 0.3)])
def test_a_score_belongs_to_its_own_line(feet: tuple[float, float]) -> None:
    sharp = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    write_line(sharp, SAYINGS[2], foot=feet[1])
    pixels = np.asarray(cv2.GaussianBlur(120 + (sharp - 120.0) * 0.6, (0, 0), 2.0), np.uint8)
    write_line(pixels, SAYINGS[0], foot=feet[0])
    lines = RapidOcrConfig().build().detect(pixels)
    clear, faint = sorted(lines, key=lambda line: abs(line.bottom - feet[0]))
    assert clear.score > faint.score
