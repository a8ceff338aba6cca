"""What lies over the pictures is where the truth says it is, and nothing else changes."""

from itertools import pairwise

import numpy as np
import pytest

from pegbar.media.encode import TICKS_PER_FRAME
from pegbar.toonbox.blemishes import wrapped
from pegbar.toonbox.config import Blemish, ToonboxConfig
from pegbar.toonbox.frames import Screen
from pegbar.toonbox.lettering import Lettering, text_stencil
from pegbar.toonbox.overlays import Overlay
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.truth import cuts_of, text_of

CONFIG = ToonboxConfig(width=192, height=144)


def changed(seed: int, frame: int, *blemishes: Blemish) -> np.ndarray:
    """Return where a frame is other than without blemishes."""
    config = CONFIG.but(blemishes=blemishes)
    plan = plan_film(seed, config)
    index = next(index for index, shot in enumerate(plan.shots) if frame < shot.end_frame)
    plain = Screen(plan, config).show(index, frame)
    return np.asarray((Overlay(plan, config).lay_over(*plain, frame)[0] != plain[0]).any(axis=2))


def inside(box: list[int], shape: tuple[int, ...]) -> np.ndarray:
    x, y, width, height = box
    there = np.zeros(shape, bool)
    there[y : y + height, x : x + width] = True
    return there


@pytest.mark.parametrize("seed", range(6))
def test_subtitles_change_every_few_seconds_and_stay_in_their_boxes(seed: int) -> None:
    plan = plan_film(seed, CONFIG.but(blemishes=("subtitles",)))
    told = text_of(plan, CONFIG)["subtitles"]
    assert all(18 <= one["end_frame"] - one["start_frame"] <= 48 and 1 <= len(one["lines"]) <= 2 for one in told)
    assert all(early["end_frame"] <= late["start_frame"] for early, late in pairwise(told))
    story = sum(shot.num_frames for shot in plan.shots if shot.card is None)
    assert sum(one["end_frame"] - one["start_frame"] for one in told) > 0.75 * story
    one = told[len(told) // 2]
    x, y, width, height = one["box"]
    assert x >= 0 and x + width <= 192 and y > 144 / 2 and y + height <= 144
    there = changed(seed, one["start_frame"] + 3, "subtitles")
    assert there.sum() > 100 and not (there & ~inside(one["box"], there.shape)).any()


@pytest.mark.parametrize("seed", range(6))
def test_a_logo_stays_in_its_corner(seed: int) -> None:
    plan = plan_film(seed, CONFIG.but(blemishes=("logo",)))
    logo = text_of(plan, CONFIG)["logo"]
    x, y, width, height = logo["box"]
    assert (x < 96 - width) == ("left" in logo["corner"]) and (y < 72 - height) == ("top" in logo["corner"])
    assert bool(logo["text"]) == (logo["kind"] == "letters")
    there = changed(seed, 60, "logo")
    assert there.sum() > 20 and not (there & ~inside(logo["box"], there.shape)).any()


@pytest.mark.parametrize("seed", range(4))
def test_bars_are_black_and_nobody_is_on_the_map_there(seed: int) -> None:
    config = CONFIG.but(blemishes=("letterbox",))
    plan = plan_film(seed, config)
    bars = text_of(plan, config)["letterbox"]
    assert sorted(bars) == ["bottom", "left", "right", "top"]
    assert (bars["top"], bars["left"]) == (bars["bottom"], bars["right"]) and bool(bars["top"]) != bool(bars["left"])
    white, somebody = np.full((144, 192, 3), 255, np.uint8), np.ones((144, 192), np.uint8)
    picture, labels = Overlay(plan, config).lay_over(white, somebody, 30)
    expected = np.zeros((144, 192), np.uint8)
    expected[bars["top"] : 144 - bars["bottom"], bars["left"] : 192 - bars["right"]] = 1
    assert (labels == expected).all()
    assert (picture == expected[:, :, None] * 255).all()


def test_blemishes_leave_the_film_beneath_as_it_is() -> None:
    plain, spoilt = plan_film(5, CONFIG), plan_film(5, CONFIG.but(blemishes=("logo", "variable-rate", "subtitles")))
    assert plain.shots == spoilt.shots
    assert [one["frame"] for one in cuts_of(plain)["boundaries"]] == [
        one["frame"] for one in cuts_of(spoilt)["boundaries"]
    ]


def test_the_order_in_which_blemishes_are_asked_for_is_no_difference() -> None:
    assert CONFIG.but(blemishes=("logo", "subtitles")) == CONFIG.but(blemishes=("subtitles", "logo", "logo"))


def test_an_unsteady_rate_tells_every_frames_time() -> None:
    plan = plan_film(2, CONFIG.but(blemishes=("variable-rate",)))
    seconds = cuts_of(plan)["seconds"]
    assert cuts_of(plan_film(2, CONFIG))["seconds"] is None
    assert len(seconds) == plan.num_frames and seconds[0] == 0
    gaps = np.diff(plan.blemishes.ticks or ())
    assert (gaps > 0).all() and len(set(gaps.tolist())) > 2
    assert seconds[5] == pytest.approx(plan.blemishes.ticks[5] / (TICKS_PER_FRAME * plan.fps), abs=1e-6)
    assert plan.seconds_at(4.5) == pytest.approx((seconds[4] + seconds[5]) / 2, abs=1e-6)


def test_lines_break_between_words_and_only_where_they_must() -> None:
    hand, text = Lettering("sans", 500, 16), "Pip the cat walks on the farm"
    width = text_stencil("Pip the cat", hand).shape[1]
    lines = wrapped(text, hand, width)
    assert lines[0] == "Pip the cat" and " ".join(lines) == text
    for line, following in pairwise(lines):
        longer = f"{line} {following.split()[0]}"
        assert text_stencil(line, hand).shape[1] <= width < text_stencil(longer, hand).shape[1]
    assert wrapped("Supercalifragilistic", hand, 20) == ["Supercalifragilistic"]
