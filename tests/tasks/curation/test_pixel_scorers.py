"""Scorers of plain pixels, each on films whose numbers are known from how they were drawn."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_shots import Pixels, pan, scenery, still, walk
from film_views import view_of_pictures

from pegbar.media.crop import Crop
from tasks.curation.film_view import FilmView, Scorer, SoundSummary
from tasks.curation.scorers.exposure import ExposureConfig
from tasks.curation.scorers.held import HeldConfig
from tasks.curation.scorers.motion import MotionScorer
from tasks.curation.scorers.sharpness import SharpnessConfig, edge_sigma
from tasks.curation.scorers.size import SizeScorer
from tasks.curation.scorers.sound import SoundScorer


def values(scorer: Scorer, view: FilmView) -> dict[tuple[str, int | None], float | None]:
    return {(score.gate, score.shot): score.value for score in scorer.score(view)}


def test_size_is_that_of_the_picture_without_bars(tmp_path: Path) -> None:
    view = view_of_pictures(still(1, 16), tmp_path, fps=8.0)
    view = replace(view, crop=Crop(left=0, top=8, width=160, height=80))
    assert values(SizeScorer(), view) == {
        ("resolution", None): 80.0,
        ("frame_rate", None): 8.0,
    }


@pytest.mark.parametrize("hold", [1, 2, 3])
def test_effective_rate_counts_drawings(tmp_path: Path, hold: int) -> None:
    view = view_of_pictures(walk(1, 48, hold), tmp_path, fps=24.0)
    scores = values(HeldConfig().build(), view)
    assert scores["effective_fps", None] == pytest.approx(24 / hold)
    assert scores["freeze", None] == 0.0


def test_a_freeze_is_a_share_of_time_and_no_part_of_the_rate(tmp_path: Path) -> None:
    pictures = [*walk(1, 24, 2), *still(2, 36), *walk(2, 12, 2)]  # the third shot begins with other pixels
    view = view_of_pictures(pictures, tmp_path, fps=24.0, starts=(0, 24))
    scores = values(HeldConfig().build(), view)
    assert scores["freeze", 0] == 0.0
    assert scores["freeze", 1] == pytest.approx(36 / 48)
    assert scores["freeze", None] == pytest.approx(36 / 72)
    assert scores["effective_fps", None] == pytest.approx(12.0)


def test_a_slow_pan_is_no_freeze(tmp_path: Path) -> None:
    wide = cv2.GaussianBlur(scenery(5), (0, 0), 6).astype(np.float32)  # soft: no two neighbours differ by much
    shift = [np.float32([[1, 0, -0.5 * index], [0, 1, 0]]) for index in range(72)]
    pictures = [cv2.warpAffine(wide, matrix, (160, 96)).astype(np.uint8) for matrix in shift]
    view = view_of_pictures(pictures, tmp_path, fps=24.0)
    assert view.frames.change_peak.max() < HeldConfig().drawing_peak
    assert values(HeldConfig().build(), view)["freeze", None] == 0.0


def test_motion_is_per_second_and_not_taken_at_a_cut(tmp_path: Path) -> None:
    motion = np.full(32, np.nan)
    motion[[4, 8, 12, 20, 24]] = [0.01, 0.02, 0.03, 0.0, 0.0]
    motion[16] = 9.0  # the first frame of the second shot
    view = view_of_pictures(still(1, 32), tmp_path, fps=10.0, starts=(0, 16, 28), columns={"motion": motion})
    scores = values(MotionScorer(), view)
    assert scores["motion", 0] == pytest.approx(0.2)
    assert scores["motion", 1] == 0.0
    assert scores["motion", 2] is None


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0])
def test_the_blur_that_was_put_on_is_measured(sigma: float) -> None:
    picture = np.full((240, 320, 3), 200, np.uint8)
    picture[60:180, 80:240] = (60, 90, 40)
    assert edge_sigma(cv2.GaussianBlur(picture, (0, 0), sigma)) == pytest.approx(sigma, abs=0.15)


def test_flat_drawing_is_sharp_and_four_times_enlarged_is_not(tmp_path: Path) -> None:
    def blur_of(name: str, pictures: list[Pixels]) -> float | None:
        view = view_of_pictures(pictures, tmp_path / name, fps=8.0)
        return values(SharpnessConfig().build(), view)["blur", 0]

    sharp = walk(1, 8)
    enlarged = [cv2.resize(frame, (640, 384), interpolation=cv2.INTER_CUBIC) for frame in sharp]
    sharp_blur, enlarged_blur = blur_of("sharp", sharp), blur_of("enlarged", enlarged)
    assert sharp_blur is not None
    assert enlarged_blur is not None
    assert sharp_blur < 1.0
    # cubic interpolation over 4 pixels spreads an edge about as a box of 4 does: sigma 4 / sqrt(12) = 1.15 of 640
    assert enlarged_blur == pytest.approx(1000 * 1.15 / 640, rel=0.4)
    assert blur_of("flat", [np.full((96, 160, 3), 90, np.uint8)] * 4) is None


def test_a_night_scene_is_exposed_and_a_black_or_white_shot_is_not(tmp_path: Path) -> None:
    night = [(frame * 0.2).astype(np.uint8) for frame in pan(4, 8, 1.0)]
    black, white = [np.full((96, 160, 3), value, np.uint8) for value in (3, 255)]
    half = black.copy()
    half[:48] = 120
    view = view_of_pictures([*night, *[black] * 8, *[white] * 8, *[half] * 8], tmp_path, starts=(0, 8, 16, 24))
    scores = values(ExposureConfig().build(), view)
    assert (scores["exposure", 0] or 0.0) < 0.9
    assert scores["exposure", 1] == 1.0
    assert scores["exposure", 2] == 1.0
    assert scores["exposure", 3] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("sound", "audible"),
    [
        (SoundSummary(has_audio=True, peak=0.5, silent_share=0.25), 0.75),
        (SoundSummary(has_audio=True, peak=0.0, silent_share=1.0), 0.0),
        (SoundSummary(has_audio=False), 0.0),
    ],
)
def test_sound_is_the_audible_share(tmp_path: Path, sound: SoundSummary, audible: float) -> None:
    view = view_of_pictures(still(1, 4), tmp_path, sound=sound)
    assert values(SoundScorer(), view)["sound", None] == audible
