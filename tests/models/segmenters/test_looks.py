"""What the weight-free segmenter is told by motion, by light and by what shots share, from drawings and by hand."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.segmenters.cues import motion_maps
from models.segmenters.looks import in_one_light, reduced
from models.segmenters.palettes import NO_COLOURS, cells_of, palette_of, typical

Pixels = NDArray[np.uint8]


def panned(frame: int, step: int) -> tuple[Pixels, NDArray[np.bool_]]:
    """Draw scenery with corners that the camera pans over, and a square that keeps its place in the picture."""
    noise = np.random.default_rng(1).integers(0, 2, (12, 40, 1), dtype=np.uint8) * 90 + 80
    wide = cv2.resize(np.repeat(noise, 3, axis=2), (400, 120), interpolation=cv2.INTER_NEAREST)
    pixels = np.ascontiguousarray(wide[:, step * frame : step * frame + 160])
    pixels[40:80, 60:100] = (240, 40, 40)
    square = np.zeros((120, 160), np.bool_)
    square[40:80, 60:100] = True
    return pixels, square


def test_what_the_camera_moves_rests_and_what_moves_on_its_own_does_not() -> None:
    frames = tuple(panned(frame, 6)[0] for frame in range(9))
    moving = motion_maps(frames, (1, 4))
    square = panned(0, 6)[1]
    for one in moving:
        assert one.shape == (120, 160)
        assert one[square].mean() > 0.6
        # the middle of the scenery, away from what comes into the picture
        assert one[:, 40:120][~square[:, 40:120]].mean() < 0.25


def test_two_frames_tell_no_motion() -> None:
    assert not motion_maps(tuple(panned(frame, 6)[0] for frame in range(2)), (0,))[0].any()


def test_a_veil_is_lifted_and_a_blank_frame_left_alone() -> None:
    clear = panned(0, 0)[0]
    veiled = np.clip(0.4 * clear + 150, 0, 255).astype(np.uint8)
    blank = np.full_like(clear, 255)
    lifted = in_one_light((clear, veiled, blank))
    assert (lifted[0] == clear).all()
    assert np.abs(lifted[1].astype(int) - clear).max() <= 3  # 0.4 of a grey level is lost to rounding
    assert (lifted[2] == 255).all()


@pytest.mark.parametrize(("size", "small"), [((100, 400), (48, 192)), ((3, 900), (8, 192)), ((20, 30), (20, 30))])
def test_work_is_small_and_never_enlarged_but_for_slivers(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert reduced(np.zeros((*size, 3), np.uint8), 192).shape[:2] == small


def test_colours_of_one_shot_alone_lose_against_what_shots_share() -> None:
    one, other = NO_COLOURS.copy(), NO_COLOURS.copy()
    one[[5, 6]], other[[5, 7]] = 0.5, 0.5
    shared = typical([one, other])
    # squared means of roots: 0.5, and 0.125 for what is in one of them; as shares of 0.75
    assert shared[[5, 6, 7]] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_a_palette_counts_pixels_by_weight_and_nothing_is_no_palette() -> None:
    lab = np.zeros((2, 2, 3), np.float32)
    lab[0] = 100
    cells = cells_of(lab)
    weight = np.array([[3, 3], [1, 1]], np.float32)
    palette = palette_of([cells], [weight])
    assert palette is not None
    # 6 of 8 by weight; softened by 1 4 6 4 1 along three axes, 6/16 of it stays where it is on each
    assert palette[cells[0, 0]] == pytest.approx(0.75 * (6 / 16) ** 3)
    assert palette_of([cells], [np.zeros((2, 2), np.float32)]) is None
