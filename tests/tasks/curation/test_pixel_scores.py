from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_shots import Pixels, scenery

from pegbar.media import EncodeConfig, FrameReader, write_video
from tasks.curation.frame_table import Columns, Glimpse
from tasks.curation.pixel_scores import PixelsConfig


def measured(path: Path) -> Columns:
    (scorer,) = PixelsConfig().build()
    for frame in FrameReader(path):
        scorer.accept(Glimpse(frame, frame.fitted(256)))
    return scorer.columns()


def film(folder: Path, pictures: list[Pixels], crf: int = 23) -> Path:
    path = folder / "film.mp4"
    write_video(path, pictures, Fraction(24), config=EncodeConfig(crf=crf))
    return path


def scene(left: int = 0) -> Pixels:
    """Draw 256x144 of a wide scene from a column on."""
    wide = cv2.resize(scenery(3), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(wide[:, left : left + 256])


def blinking(left: int = 100) -> Pixels:
    picture = scene()
    cv2.ellipse(picture, (left, 60), (3, 2), 0, 0, 360, (250, 240, 90) if picture[60, left].mean() < 128 else 0, -1)
    return picture


@pytest.mark.parametrize("crf", [18, 23, 28])
def test_held_drawings_stay_below_a_blink_above(tmp_path: Path, crf: int) -> None:
    pictures = [*[scene()] * 30, *[blinking()] * 3, *[scene()] * 30]
    columns = measured(film(tmp_path, pictures, crf))
    changed = np.flatnonzero(columns["change_peak"] > PixelsConfig().held_peak)
    assert changed.tolist() == [30, 33]
    assert columns["change"][30] < 1.0  # the mean over the picture does not see it


def test_change_is_the_mean_absolute_difference(tmp_path: Path) -> None:
    dark, light = (np.full((144, 256, 3), value, np.uint8) for value in (60, 100))
    columns = measured(film(tmp_path, [dark, dark, light, light], crf=1))
    assert columns["change"] == pytest.approx([0, 0, 40, 0], abs=1.5)
    assert columns["change_peak"] == pytest.approx([0, 0, 40, 0], abs=1.5)


@pytest.mark.parametrize("hold", [1, 2, 3])
def test_motion_is_per_frame_however_long_drawings_are_held(tmp_path: Path, hold: int) -> None:
    pictures = [scene(left=2 * (index - index % hold)) for index in range(48)]
    motion = measured(film(tmp_path, pictures))["motion"]
    known = motion[np.isfinite(motion)]
    assert 7 <= len(known) <= 9  # four a second
    assert np.median(known) == pytest.approx(2 / 256, rel=0.25)


def test_a_still_picture_does_not_move(tmp_path: Path) -> None:
    motion = measured(film(tmp_path, [scene()] * 48))["motion"]
    assert np.nanmax(motion) == 0.0
    assert np.isfinite(motion).sum() >= 3
