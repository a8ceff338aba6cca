"""Same input, same bytes; the container says what went in; bad frames are refused by name."""

import resource
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pegbar.errors import DiskFullError, MediaError
from pegbar.media import encode
from pegbar.media.encode import AudioTrack, EncodeConfig, write_video

FPS = Fraction(24000, 1001)


def moving_square(num_frames: int = 30, size: int = 64) -> list[NDArray[np.uint8]]:
    frames = []
    for index in range(num_frames):
        frame = np.full((size, size, 3), (40, 120, 200), np.uint8)
        frame[20:40, index : index + 20] = (220, 60, 30)
        frames.append(frame)
    return frames


def beep(seconds: float = 1.0) -> AudioTrack:
    time = np.arange(int(22050 * seconds)) / 22050
    return AudioTrack(samples=0.4 * np.sin(2 * np.pi * 440 * time)[None].astype(np.float32), sample_rate=22050)


def test_same_frames_and_sound_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first.mp4", "second.mp4"):
        assert write_video(tmp_path / name, moving_square(), FPS, beep()) == 30
    assert (tmp_path / "first.mp4").read_bytes() == (tmp_path / "second.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.mp4", "second.mp4"]


@pytest.mark.parametrize("side", [32, 96, 224])
def test_sizes_off_the_encoders_blocks_give_the_same_bytes_too(tmp_path: Path, side: int) -> None:
    films = set()
    for number in range(12):
        frames = [np.full((side, side, 3), 255, np.uint8) for _ in range(36)]
        for frame in frames:
            frame[side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = (40, 40, 200)
        np.random.default_rng(number).integers(0, 255, (1 + number * 20, 1000), np.uint8)  # stir the heap
        write_video(tmp_path / "film.mp4", frames, Fraction(8))
        films.add((tmp_path / "film.mp4").read_bytes())
    assert len(films) == 1


def test_container_states_rate_frames_colours_and_sound(tmp_path: Path) -> None:
    write_video(tmp_path / "film.mp4", moving_square(), FPS, beep(1.25))
    with av.open(str(tmp_path / "film.mp4")) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert (video.average_rate, video.frames, video.codec_context.name) == (FPS, 30, "h264")
        assert (sound.codec_context.name, sound.rate) == ("aac", 22050)
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video)]
    assert len(pictures) == 30
    assert np.abs(pictures[0][50, 50].astype(int) - (40, 120, 200)).max() <= 4


def test_index_comes_before_the_media_and_no_date_is_written(tmp_path: Path) -> None:
    write_video(tmp_path / "film.mp4", moving_square(), FPS)
    content = (tmp_path / "film.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    header = content.index(b"mvhd") + 8
    assert content[header : header + 8] == bytes(8)  # creation and modification time


@pytest.mark.parametrize(
    ("frames", "complaint"),
    [
        ([], "without frames"),
        ([np.zeros((64, 63, 3), np.uint8)], "63x64"),
        ([np.zeros((64, 64), np.uint8)], r"\(64, 64\)"),
        ([np.zeros((64, 64, 3), np.float32)], "float32"),
        ([np.zeros((64, 64, 3), np.uint8), np.zeros((32, 64, 3), np.uint8)], "frame 1 has another size"),
    ],
)
def test_bad_frames_are_refused_and_leave_nothing(
    tmp_path: Path, frames: list[NDArray[np.uint8]], complaint: str
) -> None:
    with pytest.raises(MediaError, match=complaint):
        write_video(tmp_path / "film.mp4", frames, FPS)
    assert not list(tmp_path.iterdir())


def test_sound_with_nan_is_refused() -> None:
    with pytest.raises(MediaError, match="NaN"):
        AudioTrack(samples=np.full((1, 10), np.nan, np.float32), sample_rate=22050)


def test_a_full_disk_is_named_and_leaves_the_old_film(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"the old film")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DiskFullError, match="film.mp4"):
            write_video(film, moving_square(), FPS, config=EncodeConfig(crf=10))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert film.read_bytes() == b"the old film"
    assert list(tmp_path.iterdir()) == [film]


def test_frames_are_shown_when_the_ticks_say(tmp_path: Path) -> None:
    ticks = [0, 12, 24, 42, 60, 64, 68, 80]
    write_video(tmp_path / "film.mp4", moving_square(8), Fraction(12), ticks=ticks)
    with av.open(str(tmp_path / "film.mp4")) as container:
        shown = [frame.time for frame in container.decode(container.streams.video[0])]
    assert shown == pytest.approx([tick / 144 for tick in ticks], abs=1e-4)


@pytest.mark.parametrize(
    ("ticks", "complaint"), [([0, 12, 12], "out of order"), ([3, 4, 5], "out of order"), ([0, 12], "2 ticks for more")]
)
def test_ticks_that_make_no_sense_are_refused(tmp_path: Path, ticks: list[int], complaint: str) -> None:
    with pytest.raises(MediaError, match=complaint):
        write_video(tmp_path / "film.mp4", moving_square(3), Fraction(12), ticks=ticks)
    assert not list(tmp_path.iterdir())


def test_another_processors_instructions_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = cv2.resize(np.random.default_rng(1).integers(0, 255, (24, 32, 3), np.uint8), (256, 192))
    turns = [cv2.getRotationMatrix2D((128, 96), 3 * index, 1 + index / 40) for index in range(12)]
    scene = [np.asarray(cv2.warpAffine(ground, turn, (256, 192)), np.uint8) for turn in turns]
    write_video(tmp_path / "here.mp4", scene, FPS)
    monkeypatch.setattr(encode, "X264_PARAMS", f"{encode.X264_PARAMS}:asm=SSE2")
    write_video(tmp_path / "there.mp4", scene, FPS)
    assert (tmp_path / "here.mp4").read_bytes() == (tmp_path / "there.mp4").read_bytes()
