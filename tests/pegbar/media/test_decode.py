"""Decoded frames: the right way up, the same whatever the threads, and damage never silent."""

from pathlib import Path

import numpy as np
import pytest
from media_corpus import build_odd, damage, picture_of, write_film

from pegbar.errors import MediaLimitError, TruncatedMediaError
from pegbar.media import DecodeConfig, FrameReader, MediaLimits, frames


def test_lossless_frames_come_back_as_they_went_in(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mkv", size=(321, 241), codec="ffv1", pixel_format="bgr0")
    for frame in frames(path):
        assert np.array_equal(frame.rgb, picture_of(frame.index, 321, 241))
        assert frame.seconds == pytest.approx(frame.index / 24, abs=0.001)


@pytest.mark.parametrize(("degrees", "quarter_turns"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_rotation_is_applied(tmp_path: Path, degrees: int, quarter_turns: int) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=2, rotation=degrees, options={"crf": "1"})
    first = next(frames(path))
    # numpy turns counterclockwise, as the matrix was set
    expected = np.rot90(picture_of(0, 96, 64), quarter_turns)
    assert (first.height, first.width) == expected.shape[:2]
    assert np.abs(first.rgb.astype(int) - expected).mean() < 8
    assert first.scaled(30, 20).shape == (20, 30, 3)


def test_a_mirrored_picture_is_mirrored(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=2, options={"crf": "1"})
    content = bytearray(path.read_bytes())
    unity = bytes.fromhex("00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000 40000000")
    track = content.index(unity, content.index(b"tkhd"))
    content[track : track + 4] = bytes.fromhex("ffff0000")
    path.write_bytes(content)
    assert np.abs(next(frames(path)).rgb.astype(int) - picture_of(0, 96, 64)[:, ::-1]).mean() < 8


def test_pixels_do_not_depend_on_threads(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=48)
    for one, many in zip(frames(path, DecodeConfig(num_threads=1)), frames(path, DecodeConfig()), strict=True):
        assert one.seconds == many.seconds
        assert np.array_equal(one.rgb, many.rgb)


def test_fitted_keeps_the_aspect_and_never_enlarges(tmp_path: Path) -> None:
    first = next(frames(write_film(tmp_path / "film.mp4", num_frames=1)))
    assert first.fitted(48).shape == (32, 48, 3)
    assert first.fitted(1000).shape == (64, 96, 3)


def test_every_odd_film_decodes_in_order(tmp_path: Path) -> None:
    for name, path in build_odd(tmp_path).items():
        decoded = list(frames(path))
        assert [frame.index for frame in decoded] == list(range(len(decoded))), name
        times = [frame.seconds for frame in decoded]
        assert times == sorted(set(times)), name


def test_damage_is_raised_or_counted_as_the_policy_says(tmp_path: Path) -> None:
    path = damage(write_film(tmp_path / "whole.mp4", num_frames=96), tmp_path / "damaged.mp4")
    with pytest.raises(TruncatedMediaError, match="damaged.mp4"):
        list(frames(path))
    reader = FrameReader(path, DecodeConfig(max_corrupt_frames=1000))
    assert sum(1 for _ in reader) == reader.num_frames <= 96
    assert reader.num_corrupt > 0


def test_no_frame_at_all_is_an_error(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", num_frames=1)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    path.write_bytes(content)
    with pytest.raises(TruncatedMediaError):
        list(frames(path, DecodeConfig(max_corrupt_frames=1000)))


def test_limits_hold_while_decoding(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4")
    with pytest.raises(MediaLimitError):
        list(frames(path, DecodeConfig(limits=MediaLimits(max_frames=10))))


def test_a_reader_can_be_left_early_and_used_again(tmp_path: Path) -> None:
    reader = FrameReader(write_film(tmp_path / "film.mp4"))
    assert [frame.index for frame, _ in zip(reader, range(3), strict=False)] == [0, 1, 2, 3][:3]
    assert sum(1 for _ in reader) == 24
