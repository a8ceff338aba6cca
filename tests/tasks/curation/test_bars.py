from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_shots import Pixels, pan, scenery, walk
from film_views import view_of_pictures

from tasks.curation.scorers.bars import Bars, BarsConfig, find_bars

LETTERBOX = Bars(top=24, bottom=24)
SIZE = (320, 192)


def drawn(num_frames: int = 24) -> list[Pixels]:
    """Draw two shots at 320x192, the second from frame `num_frames` / 2."""
    half = num_frames // 2
    return [cv2.resize(frame, SIZE) for frame in (*walk(1, half), *pan(2, half, 2.0))]


def barred(pictures: Sequence[Pixels], bars: Bars) -> list[Pixels]:
    """Put bars over the pictures."""
    framed = []
    for picture in pictures:
        height, width = picture.shape[:2]
        frame = np.zeros_like(picture)
        inside = (slice(bars.top, height - bars.bottom), slice(bars.left, width - bars.right))
        frame[inside] = picture[inside]
        framed.append(frame)
    return framed


def found(folder: Path, pictures: Sequence[Pixels]) -> Bars:
    return find_bars(view_of_pictures(pictures, folder, fps=4.0, starts=(0, len(pictures) // 2)))


@pytest.mark.parametrize(
    "bars",
    [
        Bars(),
        LETTERBOX,
        Bars(top=8, bottom=30),
        Bars(left=40, right=40),
        Bars(left=110, right=110),
        Bars(top=20, bottom=20, left=32, right=32),
    ],
)
def test_bars_are_where_they_were_drawn(tmp_path: Path, bars: Bars) -> None:
    assert found(tmp_path, barred(drawn(), bars)) == bars


def test_near_black_noise_in_a_bar_is_black(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(6, 4, (24, 192, 320, 3))
    pictures = [
        np.clip(frame + grain, 0, 255).astype(np.uint8)
        for frame, grain in zip(barred(drawn(), LETTERBOX), noise, strict=True)
    ]
    assert found(tmp_path, pictures) == LETTERBOX


def test_subtitles_and_a_logo_inside_the_bars(tmp_path: Path) -> None:
    pictures = barred(drawn(), LETTERBOX)
    for frame in pictures[::2]:
        cv2.putText(frame, "What was that sound?", (40, 184), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
    for frame in pictures:
        cv2.circle(frame, (300, 12), 8, (230, 40, 40), -1)
    assert found(tmp_path, pictures) == LETTERBOX


def test_heavy_text_over_a_bar_in_most_pictures(tmp_path: Path) -> None:
    pictures = barred(drawn(), Bars(top=40, bottom=40))
    for index, frame in enumerate(pictures):
        if index % 6:
            frame[162:182, 24:296][:, index % 3 :: 3] = (255, 230, 60)  # letters leave a third of their lines
            frame[162:182, 25:296][:, index % 3 :: 3] = (255, 230, 60)
    assert found(tmp_path, pictures) == Bars(top=40, bottom=40)


def test_fades_and_black_frames_hide_no_bars_and_make_none(tmp_path: Path) -> None:
    gains = np.concatenate([np.zeros(4), np.linspace(0, 1, 8), np.ones(12)])
    for bars in (Bars(), LETTERBOX):
        pictures = [(frame * gain).astype(np.uint8) for frame, gain in zip(barred(drawn(), bars), gains, strict=True)]
        assert found(tmp_path / str(bars.top), pictures) == bars


def test_a_spotlight_in_the_dark_has_no_bars(tmp_path: Path) -> None:
    pictures = []
    for index in range(24):
        frame = np.zeros((192, 320, 3), np.uint8)
        cv2.circle(frame, (160 + 2 * index, 100), 60, (240, 220, 150), -1)
        pictures.append(frame)
    assert found(tmp_path, pictures) == Bars()


def test_one_shot_under_a_black_sky_among_others_has_no_bars(tmp_path: Path) -> None:
    pictures = drawn()
    night = barred(pictures[:12], Bars(top=40))
    assert found(tmp_path, [*night, *pictures[12:]]) == Bars()


def test_larger_films_than_samples_are_cropped_to_the_inside(tmp_path: Path) -> None:
    pictures = [cv2.resize(scenery(seed)[:, :160], (1280, 720)) for seed in (1, 2, 3, 4)]
    bars = found(tmp_path, barred(pictures, Bars(top=91, bottom=91)))
    assert 91 <= bars.top <= 93
    assert 91 <= bars.bottom <= 93


def test_the_score_is_the_share_of_the_picture(tmp_path: Path) -> None:
    view = view_of_pictures(barred(drawn(), LETTERBOX), tmp_path, fps=4.0, starts=(0, 12))
    (score,) = BarsConfig().build().score(view)
    assert score.value == pytest.approx(48 / 192)
    assert LETTERBOX.crop(320, 192).model_dump() == {"left": 0, "top": 24, "width": 320, "height": 144}
