"""Small pictures: right colours by arithmetic, the mean of what they cover, from every kind of coding."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from media_corpus import picture_of, write_film
from numpy.typing import NDArray

from pegbar.media import DecodeConfig, frames
from pegbar.media.scale import Scaler, plane_of

RED = (254, 0, 0)
LIMITED, FULL = ColorRange.MPEG, ColorRange.JPEG


def flat(
    levels: tuple[int, int, int], pixel_format: str, matrix: Colorspace, colour_range: ColorRange
) -> av.VideoFrame:
    frame = av.VideoFrame(640, 480, pixel_format)
    for number, level in enumerate(levels):
        plane_of(frame, number)[:] = level
    frame.colorspace, frame.color_range = matrix, colour_range
    return frame


def blurred_noise(index: int, width: int, height: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(index).integers(0, 256, (height, width, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 3) * 4.0 % 256, np.uint8)


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (100, 75), (64, 48)])
@pytest.mark.parametrize(
    ("levels", "pixel_format", "matrix", "colour_range"),
    [  # red by the definitions of BT.601 and BT.709, 16 to 235 and 0 to 255
        ((81, 90, 240), "yuv420p", Colorspace.ITU601, LIMITED),
        ((63, 102, 240), "yuv420p", Colorspace.ITU709, LIMITED),
        ((76, 85, 255), "yuvj420p", Colorspace.ITU601, FULL),
        ((81, 90, 240), "yuv444p", Colorspace.ITU601, LIMITED),
        ((81, 90, 240), "yuv422p", Colorspace.ITU601, LIMITED),
    ],
)
def test_red_is_red_at_every_size(
    size: tuple[int, int],
    levels: tuple[int, int, int],
    pixel_format: str,
    matrix: Colorspace,
    colour_range: ColorRange,
) -> None:
    pixels = Scaler().rgb(flat(levels, pixel_format, matrix, colour_range), *size)
    assert pixels.shape == (size[1], size[0], 3)
    assert np.abs(pixels.astype(int) - RED).max() <= 2


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "bgr0", "gray"])
@pytest.mark.parametrize("size", [(642, 482), (769, 577)])
def test_a_small_picture_is_the_mean_of_what_it_covers(pixel_format: str, size: tuple[int, int]) -> None:
    picture = cv2.GaussianBlur(picture_of(0, *size), (0, 0), 4)
    frame = av.VideoFrame.from_ndarray(np.asarray(picture, np.uint8), format="rgb24").reformat(format=pixel_format)
    for width in (300, 150, 80):
        height = round(width * size[1] / size[0])
        expected = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(float)
        if pixel_format == "gray":
            expected = np.repeat((expected @ (0.299, 0.587, 0.114))[..., None], 3, axis=2)
        pixels = Scaler().rgb(frame, width, height)
        assert np.abs(pixels - expected).mean() < 2.5, width


def test_what_was_written_comes_back_neither_darker_nor_lighter(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=4, picture=blurred_noise, options={"crf": "1"})
    error = [frame.rgb.astype(int) - blurred_noise(frame.index, 96, 64) for frame in frames(path)]
    assert abs(np.mean(error)) < 0.3


def test_a_scaler_keeps_nothing_of_the_film_before() -> None:
    used = Scaler()
    for matrix, levels in ((Colorspace.ITU601, (81, 90, 240)), (Colorspace.ITU709, (63, 102, 240))):
        for size in ((64, 48), (160, 120), (64, 48)):
            picture = flat(levels, "yuv420p", matrix, LIMITED)
            assert np.array_equal(used.rgb(picture, *size), Scaler().rgb(picture, *size))


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le"])
def test_luma_is_brightness_the_right_way_up(tmp_path: Path, pixel_format: str) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=1, pixel_format=pixel_format, rotation=90, options={"crf": "1"})
    frame = next(frames(path))
    luma = frame.luma
    assert luma.shape == (96, 64) == (frame.height, frame.width)
    # limited range: 16 + 219 * (0.299 R + 0.587 G + 0.114 B) / 255 of the bars, by hand
    turned = np.rot90(np.arange(64 * 96).reshape(64, 96))
    red, blue = turned == 5 * 96 + 90, turned == 60 * 96 + 5
    assert luma[red].item() == pytest.approx(16 + 219 * (0.299 * 220 + 0.587 * 30 + 0.114 * 30) / 255, abs=3)
    assert luma[blue].item() == pytest.approx(16 + 219 * (0.299 * 20 + 0.587 * 40 + 0.114 * 230) / 255, abs=3)


def test_blocks_left_unsmoothed_do_not_show_when_small(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=24, size=(640, 480), options={"crf": "30", "bf": "3"})
    pairs = list(zip(frames(path), frames(path, DecodeConfig(smooths_all=False)), strict=True))
    assert any(not np.array_equal(one.rgb, other.rgb) for one, other in pairs)
    assert all(np.abs(one.fitted(128).astype(int) - other.fitted(128)).mean() < 0.5 for one, other in pairs)


def test_a_picture_of_another_size_is_scaled_like_the_rest(tmp_path: Path) -> None:
    first = write_film(tmp_path / "a.ts", num_frames=6)
    second = write_film(tmp_path / "b.ts", num_frames=6, size=(192, 128))
    (tmp_path / "both.ts").write_bytes(first.read_bytes() + second.read_bytes())
    decoded = list(frames(tmp_path / "both.ts", DecodeConfig(max_corrupt_frames=20)))
    assert len(decoded) == 12
    assert {frame.rgb.shape for frame in decoded} == {(64, 96, 3)}
    assert {frame.luma.shape for frame in decoded} == {(64, 96)}
