"""What each rule refuses, on cut-outs drawn by hand, and what texts contradict one another."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from small_films import HEIGHT, NO_CALLS, WIDTH, scene

from models.segmenters import Mask
from models.verifiers import Criterion, Cutout, RulesVerifierConfig
from models.verifiers.told_colours import contradiction


@pytest.fixture(scope="module")
def ruby() -> Cutout:
    pixels, mask = scene(0, 5, ("Ruby",))
    return Cutout(pixels, mask, pixels, "Ruby", "A round red figure.", ("Ruby in red waves.",), ("A blue one.",))


def box(top: int, left: int, height: int, width: int) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[top : top + height, left : left + width] = True
    return mask


def failed(cutout: Cutout) -> tuple[tuple[Criterion, ...], str]:
    verdict = RulesVerifierConfig().build(NO_CALLS).verify(cutout)
    assert verdict.is_accepted == (not verdict.failed) == (not verdict.explanation)
    return verdict.failed, verdict.explanation


def test_a_whole_figure_passes_all_five(ruby: Cutout) -> None:
    assert failed(ruby) == ((), "")


def test_what_is_cut_in_pieces_or_scenery_is_not_complete(ruby: Cutout) -> None:
    grown = cv2.dilate(ruby.mask.astype(np.uint8), np.ones((15, 15), np.uint8))
    streak = box(60, 20, 1, 120) | box(10, 80, 100, 1)
    for mask, why in (
        (box(30, 0, 80, 30), "cut by the frame's edge"),
        (streak, "in streaks"),
        (box(100, 100, 15, 30), "of its surroundings' colours"),
        (box(20, 10, 40, 40) | box(60, 90, 40, 40) | box(38, 50, 4, 60) | box(38, 108, 24, 4), "in fragments"),
        (grown > 0, "its outline follows no edges"),
        (box(0, 0, 0, 0), "nothing is cut out"),
    ):
        criteria, explanation = failed(replace(ruby, mask=mask))
        assert criteria[0] == "completeness"
        assert why in explanation


def test_another_than_the_one_described_is_refused(ruby: Cutout) -> None:
    green = replace(ruby, appearance="A green figure.", told=())
    assert failed(green) == (("description",), "description: without the colours of its description")
    # a ninth of it is green, the rest is what only the other's description names
    pixels = ruby.frame.copy()
    rows, columns = np.nonzero(ruby.mask)
    pixels[rows[::9], columns[::9]] = (60, 160, 70)
    mixed = replace(green, frame=pixels, others=("A red figure.",))
    assert failed(mixed) == (("description",), "description: in colours of another's description")
    assert failed(replace(ruby, appearance="A figure of no colour at all.")) == ((), "")


def test_a_description_that_changes_its_mind_is_refused(ruby: Cutout) -> None:
    told = replace(ruby, told=("Ruby wears a red dress.", "Ruby, in a blue dress, waves."))
    assert failed(told) == (("consistency",), "consistency: told of a red dress, then blue dress")


def test_a_figure_that_lies_or_shows_as_a_sliver_is_no_clear_view(ruby: Cutout) -> None:
    pixels, mask = ruby.frame.copy(), box(60, 20, 30, 110)
    pixels[mask] = (200, 30, 30)
    pixels[60:90:4, 20:130] = 0
    assert failed(replace(ruby, frame=pixels, mask=mask)) == (("pose",), "pose: lies stretched out")
    pixels, mask = ruby.frame.copy(), box(5, 60, 110, 26)
    pixels[mask] = (200, 30, 30)
    pixels[5:115:4, 60:86] = 0
    assert failed(replace(ruby, frame=pixels, mask=mask)) == (("pose",), "pose: a sliver")


def test_small_blurred_and_veiled_pictures_are_of_no_quality(ruby: Cutout) -> None:
    blurred = np.asarray(cv2.GaussianBlur(ruby.frame, (0, 0), 6), np.uint8)
    assert "quality: blurred" in failed(replace(ruby, frame=blurred))[1]
    veiled = np.clip(0.15 * ruby.frame + 200, 0, 255).astype(np.uint8)
    assert "quality" in failed(replace(ruby, frame=veiled))[0]
    assert "under a veil" in failed(replace(ruby, frame=veiled))[1]
    half = tuple(
        cv2.resize(a, (WIDTH // 4, HEIGHT // 4), interpolation=cv2.INTER_AREA)
        for a in (ruby.frame, ruby.mask.astype(np.uint8))
    )
    assert "under 24 pixels" in failed(replace(ruby, frame=half[0], mask=half[1] > 0))[1]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("a red dress", "her blue dress"), "red dress, then blue dress"),
        (("red clothes", "She sits in blue."), "red clothes, then blue clothes"),
        (("a girl in pink", "Sofia (in pink) sings"), ""),
        (("short blonde hair", "golden hair"), ""),
        (("light blue eyes", "bright blue eyes"), ""),
        (("a red and white scarf", "a white scarf", "a green scarf"), "red and white scarf, then green scarf"),
        (("a red dress", "a blue sky behind the dress"), ""),
        (("white shoes, black hair", "a black shoe"), "white shoe, then black shoe"),
        (("a red hat. The dress is new", "a blue dress"), ""),
        (("red " * 100_000 + "dress", "blue dress"), ""),
        (("", "\x00 rouge 狐"), ""),
    ],
)
def test_two_texts_contradict_each_other_where_a_thing_shares_no_colour(texts: tuple[str, ...], found: str) -> None:
    assert contradiction(texts) == found
