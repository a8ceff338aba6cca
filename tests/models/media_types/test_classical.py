"""The weight-free classifier: what its cues count, how the card adds them up, and what may not change a score."""

from math import log

import cv2
import numpy as np
import pytest
from drawn_styles import STYLES, Pixels, rendered

from models.media_types import ClassicalConfig
from models.media_types.cues import Cues, content_box, film_cues
from models.media_types.score_card import SCORE_CARD, ScoreCard, Term

GREEN, ORANGE, GREY = (40, 220, 60), (240, 150, 30), (128, 128, 128)


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Pixels:
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :40], picture[:, 40:] = left, right
    return picture


def score_of(pictures: list[Pixels]) -> float:
    score = ClassicalConfig().build().animation_score(pictures)
    assert score is not None
    return score.value


@pytest.mark.parametrize(("paint", "vividness"), [(GREEN, 0.5), (ORANGE, 0.0), (GREY, 0.0)])
def test_vivid_is_what_is_bright_saturated_and_not_red_to_yellow(paint: tuple[int, int, int], vividness: float) -> None:
    cues = film_cues([halves(paint, (200, 200, 200))])
    assert cues is not None
    assert cues.vividness == pytest.approx(vividness, abs=0.01)
    assert cues.hues == pytest.approx(0 if paint == GREY else 1)
    assert cues.colour == (0 if paint == GREY else 1)


def test_hues_are_counted_over_the_whole_film() -> None:
    cues = film_cues([halves(GREEN, GREY), halves(ORANGE, GREY), halves((40, 90, 250), GREY)])
    assert cues is not None
    assert cues.hues == pytest.approx(3)


def test_noise_is_grain_and_flat_colour_is_not() -> None:
    """A twentieth is added before the logarithm, so a flat picture gives log 0.05, edges or not."""
    flat = np.full((64, 64, 3), 100, np.uint8)
    flat[:, 32:] = 160
    noisy = np.clip(flat + np.random.default_rng(0).normal(0, 2, flat.shape[:2])[..., None], 0, 255).astype(np.uint8)
    quiet, loud = film_cues([flat]), film_cues([noisy])
    assert quiet is not None and loud is not None
    assert quiet.grain == pytest.approx(log(0.05))
    assert loud.grain > log(1.0)


def test_a_card_adds_weighted_clipped_distances() -> None:
    card = ScoreCard(
        version=1,
        bias=0.0,
        terms=(
            Term(cue="grain", centre=0.0, spread=-0.5, high=1.0, weight=log(3)),
            Term(cue="vividness", centre=0.1, spread=0.1, weight=5.0, needs_colour=True),
        ),
    )
    grey = Cues(grain=-3.0, vividness=0.0, hues=0.0, colour=0.0)
    assert card.score(grey) == pytest.approx(0.75)  # grain is clipped at 1, colour does not count: 3 to 1
    assert card.parts(Cues(grain=0.25, vividness=0.2, hues=0.0, colour=0.5)) == pytest.approx((-log(3) / 2, 2.5))


def test_every_cue_weighs_in_the_direction_it_is_documented_with() -> None:
    typical = Cues(grain=-0.69, vividness=0.15, hues=4.0, colour=1.0)
    assert SCORE_CARD.score(Cues(-0.4, 0.15, 4.0, 1.0)) < SCORE_CARD.score(typical)
    assert SCORE_CARD.score(Cues(-0.69, 0.25, 4.0, 1.0)) > SCORE_CARD.score(typical)
    assert SCORE_CARD.score(Cues(-0.69, 0.15, 6.0, 1.0)) > SCORE_CARD.score(typical)


def test_a_film_without_colour_is_never_sure_to_be_animation() -> None:
    assert SCORE_CARD.score(Cues(grain=log(0.05), vividness=0.0, hues=0.0, colour=0.0)) < 0.88


def test_black_bars_are_left_out_and_a_dark_film_is_not_all_bar() -> None:
    picture = rendered(2)
    boxed = np.pad(picture, ((60, 60), (0, 0), (0, 0)))
    rows, columns = content_box([boxed])
    assert (rows.start, rows.stop) == (62, 238)  # two more pixels at each bar's edge
    assert (columns.start, columns.stop) == (0, 320)
    dark = np.zeros((100, 100, 3), np.uint8)
    dark[40:60, 40:60] = 200
    assert content_box([dark]) == (slice(None), slice(None))


def test_blank_pictures_say_nothing() -> None:
    classifier = ClassicalConfig().build()
    black, white = np.zeros((40, 60, 3), np.uint8), np.full((40, 60, 3), 255, np.uint8)
    assert classifier.animation_score([black, white]) is None
    assert classifier.animation_score([black, *[rendered(0)] * 3, white]) == classifier.animation_score(
        [rendered(0)] * 3
    )


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_size_does_not_move_a_score_by_much(scale: float) -> None:
    pictures = [rendered(number) for number in (0, 5, 10)]
    other = [
        np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)) for picture in pictures
    ]
    assert score_of(other) == pytest.approx(score_of(pictures), abs=0.05)


@pytest.mark.parametrize("quality", [95, 50, 20])
def test_coarse_coding_does_not_move_a_score_by_much(quality: int) -> None:
    pictures = [rendered(number) for number in (0, 5, 10)]
    coded = [cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1] for picture in pictures]
    decoded = [np.asarray(cv2.imdecode(one, cv2.IMREAD_COLOR), np.uint8) for one in coded]
    assert score_of(decoded) == pytest.approx(score_of(pictures), abs=0.05)


@pytest.mark.parametrize("style", STYLES)
def test_taking_the_colour_out_of_a_drawing_never_makes_it_live_action(style: str) -> None:
    pictures = [STYLES[style](number) for number in range(0, 16, 3)]
    grey = [np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2) for picture in pictures]
    assert min(score_of(pictures), score_of(grey)) > 0.2
