"""What a transition does to pictures, counted by hand."""

import numpy as np
import pytest

from pegbar.toonbox.transitions import IRIS, Transition, TransitionIn, mixed, veiled

RED, BLUE = (np.full((4, 8, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 100)))
ONE, TWO = (np.full((4, 8), label, np.uint8) for label in (1, 2))


def test_a_dissolve_of_three_frames_shows_a_quarter_a_half_and_three_quarters() -> None:
    joint = Transition("dissolve", 2, 1)
    reds, maps = [], []
    for step in (-2, -1, 0):
        picture, labels = mixed((RED, ONE), (BLUE, TWO), joint, step)
        reds.append(int(picture[0, 0, 0]))
        maps.append(int(labels[0, 0]))
    assert reds == [150, 100, 50]
    assert maps == [1, 2, 2]


def test_a_fade_goes_to_its_colour_stays_and_comes_back() -> None:
    joint = Transition("fade", 3, 3, blank=2)
    assert [joint.veil(step) for step in range(-4, 4)] == [0, 85, 170, 256, 256, 170, 85, 0]


@pytest.mark.parametrize("length", [2, 3, 4])
def test_a_flash_hides_the_cut_under_its_colour(length: int) -> None:
    joint = Transition("flash", length // 2, length - length // 2)
    veils = [joint.veil(step) for step in range(-5, 5)]
    assert sum(veil > 0 for veil in veils) == length
    assert 256 in (joint.veil(-1), joint.veil(0))


def test_a_film_fades_in_from_black_and_out_to_it() -> None:
    assert [Transition("fade", 0, 3).veil(frame) for frame in range(4)] == [192, 128, 64, 0]
    assert [Transition("fade", 3, 0).veil(step) for step in (-4, -3, -2, -1)] == [0, 64, 128, 192]


def test_a_veil_of_half_is_the_mean() -> None:
    assert (veiled(RED, (0, 100, 0), 128)[0, 0] == (100, 50, 0)).all()
    assert veiled(RED, (0, 100, 0), 0) is RED


@pytest.mark.parametrize(
    ("degrees", "new", "old"), [(0, (2, 0), (2, 7)), (180, (2, 7), (2, 0)), (90, (3, 4), (0, 4)), (270, (0, 4), (3, 4))]
)
def test_a_wipe_moves_the_way_it_says(degrees: int, new: tuple[int, int], old: tuple[int, int]) -> None:
    picture, labels = mixed((RED, ONE), (BLUE, TWO), Transition("wipe", 1, 1, degrees=degrees), -1)
    assert (picture[new] == BLUE[0, 0]).all() and labels[new] == 2
    assert (picture[old] == RED[0, 0]).all() and labels[old] == 1


def test_an_iris_opens_from_the_middle_and_a_soft_edge_blends() -> None:
    hard, _ = mixed((RED, ONE), (BLUE, TWO), Transition("wipe", 1, 1, degrees=IRIS), -1)
    assert (hard[1, 4] == BLUE[0, 0]).all() and (hard[0, 0] == RED[0, 0]).all()
    assert {tuple(colour) for colour in hard.reshape(-1, 3)} == {(200, 0, 0), (0, 0, 100)}
    soft, _ = mixed((RED, ONE), (BLUE, TWO), Transition("wipe", 1, 1, degrees=0, softness=0.5), -1)
    assert len({tuple(colour) for colour in soft.reshape(-1, 3)}) > 3


@pytest.mark.parametrize("kind", ["dissolve", "wipe"])
def test_outside_its_frames_only_one_shot_shows(kind: TransitionIn) -> None:
    joint = Transition(kind, 2, 2)
    assert (mixed((RED, ONE), (BLUE, TWO), joint, -3)[0] == RED).all()
    assert (mixed((RED, ONE), (BLUE, TWO), joint, 2)[0] == BLUE).all()
