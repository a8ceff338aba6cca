import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_training import clip_bytes

from models.animeshooter.config import VideoShape
from pegbar.errors import InputError, MediaError
from tasks.training.clips import decode_clip, decode_picture

SHAPE = VideoShape(height=32, width=32, num_frames=9)


def test_frames_are_spread_over_the_whole_clip_and_cut_at_the_centre(tmp_path: Path) -> None:
    content = clip_bytes(tmp_path, seed=0, num_frames=17, height=48, width=96)
    frames = decode_clip(content, SHAPE, "clip")
    everything = decode_clip(content, SHAPE.but(num_frames=17), "clip")
    assert frames.shape == (9, 32, 32, 3) and frames.dtype == np.uint8
    assert np.array_equal(frames, everything[::2])


@pytest.mark.parametrize("num_frames", [1, 4])
def test_a_short_clip_repeats_frames(tmp_path: Path, num_frames: int) -> None:
    frames = decode_clip(clip_bytes(tmp_path, seed=0, num_frames=num_frames), SHAPE, "clip")
    assert len({frame.tobytes() for frame in frames}) == num_frames


@pytest.mark.parametrize("shape", [VideoShape(height=16, width=112), VideoShape(height=128, width=16)])
def test_any_shape_is_filled(tmp_path: Path, shape: VideoShape) -> None:
    assert decode_clip(clip_bytes(tmp_path, seed=0), shape, "clip").shape == (9, shape.height, shape.width, 3)


@pytest.mark.parametrize("content", [b"", b"not a film", bytes(4096), b"\x00\x00\x00\x18ftypisom" + bytes(64)])
def test_what_is_no_clip_is_named(content: bytes) -> None:
    with pytest.raises(MediaError, match="clip odd"):
        decode_clip(content, SHAPE, "odd")


def test_half_a_clip_is_named(tmp_path: Path) -> None:
    content = clip_bytes(tmp_path, seed=0)
    with pytest.raises(MediaError, match="clip half"):
        decode_clip(content[: len(content) // 2], SHAPE, "half")


def test_what_is_transparent_becomes_white() -> None:
    pixels = np.zeros((4, 4, 4), dtype=np.uint8)
    pixels[:2] = (10, 20, 30, 255)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    decoded = decode_picture(stream.getvalue(), "picture")
    assert decoded[0, 0].tolist() == [10, 20, 30]
    assert decoded[3, 3].tolist() == [255, 255, 255]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(20)])
def test_what_is_no_picture_is_named(content: bytes) -> None:
    with pytest.raises(InputError, match="picture odd"):
        decode_picture(content, "odd")
