"""Bad films give the error that says so, odd films work, and facts agree with a full decode."""

import os
import shlex
from fractions import Fraction
from pathlib import Path

import pytest
from media_corpus import BAD, build_bad, build_odd, write_film

from pegbar.errors import (
    HostileNameError,
    MediaError,
    MediaLimitError,
    NotAVideoError,
    NotFoundError,
    TruncatedMediaError,
)
from pegbar.media import DecodeConfig, MediaInfo, MediaLimits, frames, probe


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build_bad(tmp_path_factory.mktemp("bad"))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build_odd(tmp_path_factory.mktemp("odd"))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_film_is_refused_by_name_with_the_next_command(bad: dict[str, Path], name: str) -> None:
    with pytest.raises(MediaError) as caught:
        probe(bad[name])
    error = caught.value
    assert type(error) is BAD[name]
    assert name in error.what
    assert error.subject == str(bad[name])
    assert f"pegbar films probe {shlex.quote(str(bad[name]))}" in error.remedy
    assert error.exit_code == 3


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts"])
def test_no_beginning_of_a_film_passes_for_the_whole(tmp_path: Path, suffix: str) -> None:
    codec = "mpeg4" if suffix == "avi" else "libx264"
    whole = write_film(tmp_path / f"whole.{suffix}", codec=codec, with_audio=suffix != "avi")
    content = whole.read_bytes()
    assert probe(whole).num_frames == 24
    part = tmp_path / f"part.{suffix}"
    for tenth in range(1, 10):
        part.write_bytes(content[: len(content) * tenth // 10 | 1])  # odd: never whole transport packets
        with pytest.raises(TruncatedMediaError):
            probe(part)
    part.write_bytes(content[:-1])
    with pytest.raises(TruncatedMediaError):
        probe(part)


def test_an_index_that_points_past_the_end_is_caught(tmp_path: Path) -> None:
    # The picture box claims to run to the end of the file (length 0), so only the index tells.
    fast = {"movflags": "faststart"}
    content = bytearray(write_film(tmp_path / "fast.mp4", container_options=fast).read_bytes())
    box = content.index(b"mdat") - 4
    content[box : box + 4] = bytes(4)
    (tmp_path / "open ended.mp4").write_bytes(content)
    assert probe(tmp_path / "open ended.mp4").num_frames == 24
    (tmp_path / "open ended.mp4").write_bytes(content[: box + (len(content) - box) // 2])
    with pytest.raises(TruncatedMediaError, match="index names"):
        probe(tmp_path / "open ended.mp4")


def test_rubbish_after_a_whole_film_is_ignored(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4")
    with path.open("ab") as stream:
        stream.write(bytes(1000) + b"rubbish" * 30)
    assert probe(path).num_frames == 24


def test_odd_films_have_as_many_frames_as_decode(odd: dict[str, Path]) -> None:
    for name, path in odd.items():
        info = probe(path)
        decoded = list(frames(path))
        assert len(decoded) == info.num_frames, name
        assert {frame.rgb.shape for frame in decoded} == {(info.height, info.width, 3)}, name
        assert decoded[0].seconds == 0.0, name
        assert 0 < info.duration_seconds - decoded[-1].seconds < 0.2, name


def test_sizes_are_displayed_sizes(odd: dict[str, Path]) -> None:
    info = probe(odd["odd size mpeg4"])
    assert (info.width, info.height, info.video_codec, info.container) == (321, 241, "mpeg4", "avi")
    turned = probe(odd["turned left"])
    assert (turned.width, turned.height, turned.coded_width, turned.coded_height) == (64, 96, 96, 64)
    # set counterclockwise, reported clockwise
    degrees = {name: probe(odd[name]).rotation_degrees for name in ("turned left", "upside down", "turned right")}
    assert degrees == {"turned left": 270, "upside down": 180, "turned right": 90}


def test_a_varying_rate_is_seen_and_averaged(odd: dict[str, Path]) -> None:
    info = probe(odd["variable rate"])
    # 24 frames over 32 ticks of 1/24 s: 18 a second
    assert (info.is_variable_frame_rate, info.fps, info.duration_seconds) == (True, 18.0, pytest.approx(4 / 3))
    assert probe(odd["variable rate mkv"]).is_variable_frame_rate
    assert not probe(odd["plain"]).is_variable_frame_rate


@pytest.mark.parametrize(
    "fps", [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(25, 3)]
)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_constant_rate_is_exact_even_from_rounded_times(tmp_path: Path, fps: Fraction, suffix: str) -> None:
    info = probe(write_film(tmp_path / f"film.{suffix}", num_frames=50, fps=fps))
    assert not info.is_variable_frame_rate
    assert Fraction(info.fps_exact) == pytest.approx(float(fps), rel=1e-3)
    assert suffix == "mkv" or Fraction(info.fps_exact) == fps


def test_one_frame_and_late_starts(odd: dict[str, Path]) -> None:
    one = probe(odd["one frame"])
    assert (one.num_frames, one.duration_seconds) == (1, pytest.approx(1 / 24))
    late = probe(odd["transport stream"])
    assert late.start_seconds > 0
    assert (late.has_audio, late.sample_rate) == (True, 22050)


def test_limits_are_kept(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4")
    assert probe(path, MediaLimits(max_pixels=96 * 64, max_frames=24, max_seconds=1.0)).num_frames == 24
    for limits in (MediaLimits(max_pixels=96 * 64 - 1), MediaLimits(max_frames=23), MediaLimits(max_seconds=0.9)):
        with pytest.raises(MediaLimitError, match="film.mp4"):
            probe(path, limits)


def test_decoders_outside_the_allow_list_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(NotAVideoError, match="video codec wmv2, which is not decoded here"):
        probe(write_film(tmp_path / "film.avi", codec="wmv2"))
    path = write_film(tmp_path / "sound.avi", codec="mpeg4", with_audio=True, audio_codec="wmav2")
    with pytest.raises(NotAVideoError, match="sound codec wmav2, which is not decoded here"):
        probe(path)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx", "libvpx-vp9", "mpeg4", "mjpeg", "ffv1", "prores"])
def test_what_studios_send_is_decoded(tmp_path: Path, codec: str) -> None:
    formats = {"mjpeg": "yuvj420p", "prores": "yuv422p10le"}
    path = write_film(tmp_path / "film.mkv", num_frames=4, codec=codec, pixel_format=formats.get(codec, "yuv420p"))
    assert probe(path).num_frames == len(list(frames(path))) == 4


def test_a_picture_that_grows_inside_the_stream_is_refused_by_the_decoder(tmp_path: Path) -> None:
    first = write_film(tmp_path / "a.ts", num_frames=6)
    second = write_film(tmp_path / "b.ts", num_frames=6, size=(640, 480))
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    assert len(list(frames(both))) == 12
    with pytest.raises(TruncatedMediaError):
        list(frames(both, DecodeConfig(limits=MediaLimits(max_pixels=96 * 64))))


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        probe(tmp_path / "none.mp4")
    with pytest.raises(NotAVideoError, match="folder"):
        probe(tmp_path)
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(NotAVideoError, match="regular file"):
        probe(tmp_path / "pipe.mp4")
    with pytest.raises(NotFoundError):
        probe(Path("http://127.0.0.1:9/film.mp4"))


def test_a_link_to_a_film_is_a_film(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "film.mp4")
    assert probe(tmp_path / "link.mp4").num_frames == 24
    (tmp_path / "dangling.mp4").symlink_to(tmp_path / "none.mp4")
    with pytest.raises(NotFoundError):
        probe(tmp_path / "dangling.mp4")


@pytest.mark.parametrize("name", ["two\nlines.mp4", "-rf.mp4", "bell\x07.mp4", "gpj\u202e4pm.mp4", "\udcff.mp4"])
def test_a_film_under_a_hostile_name_is_refused_before_it_is_opened(tmp_path: Path, name: str) -> None:
    write_film(tmp_path / "film.mp4").rename(tmp_path / name)
    with pytest.raises(HostileNameError) as caught:
        probe(tmp_path / name)
    assert str(caught.value).count("\n") == 1
    assert str(caught.value).isascii()
    assert "rename" in caught.value.remedy


def test_neighbours_of_bad_films_are_unharmed(bad: dict[str, Path], odd: dict[str, Path]) -> None:
    before = probe(odd["plain"])
    for path in bad.values():
        with pytest.raises(MediaError):
            probe(path)
    assert probe(odd["plain"]) == before
    assert MediaInfo.from_json(before.to_json()) == before


def test_a_real_film(shared_films: Path) -> None:
    info = probe(shared_films / "big_buck_bunny_480p_30s.mp4")
    facts = (info.width, info.height, info.fps, info.num_frames, info.duration_seconds, info.video_codec)
    assert facts == (854, 480, 24.0, 720, 30.0, "h264")
    assert (info.has_audio, info.sample_rate, info.rotation_degrees) == (True, 48000, 0)
    anim = probe(shared_films / "anim_director_32" / "film.mp4")
    assert (anim.fps_exact, anim.num_frames, anim.has_audio) == ("25/3", 320, False)
