"""Sound: cut to film times, resampled, silent where there is none; and None without a sound stream."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_corpus import BAD, build_bad, write_film

from pegbar.errors import UsageError
from pegbar.media import AudioTrack, read_audio, write_video

RATE = 22050


def chirp(seconds: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Rise from 200 to 2,000 Hz, so that every moment sounds different."""
    times = np.arange(int(RATE * seconds)) / RATE
    return (0.4 * np.sin(2 * np.pi * (200 * times + 900 * times**2 / seconds))).astype(np.float32)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "film.mp4"
    pictures = [np.full((32, 32, 3), index, np.uint8) for index in range(144)]
    write_video(path, pictures, Fraction(24), AudioTrack(samples=chirp(6.0)[None], sample_rate=RATE))
    return path


def test_sound_comes_back_at_its_time(film: Path) -> None:
    whole = read_audio(film, RATE)
    assert whole is not None
    assert whole.samples.shape[0] == 1
    assert whole.samples.shape[1] / RATE == pytest.approx(6.0, abs=0.1)
    assert np.corrcoef(whole.samples[0, : 6 * RATE], chirp(6.0)[: whole.samples.shape[1]])[0, 1] > 0.98


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (0.2, 0.7), (2.5, 4.0), (4.9, 6.0)])
def test_a_cut_equals_the_same_part_of_the_whole(film: Path, start: float, end: float) -> None:
    whole, part = read_audio(film, RATE), read_audio(film, RATE, start, end)
    assert whole is not None and part is not None
    expected = whole.samples[:, round(start * RATE) : round(end * RATE)]
    assert part.samples.shape == (1, round((end - start) * RATE))
    assert np.abs(part.samples[:, : expected.shape[1]] - expected).max() < 1e-4


def test_resampling_keeps_length_and_pitch(film: Path) -> None:
    part = read_audio(film, 16000, 1.0, 2.0)
    assert part is not None
    assert (part.samples.shape, part.sample_rate) == ((1, 16000), 16000)
    # at 1.5 s the chirp is at 200 + 2 * 900 * 1.5 / 6 = 650 Hz
    middle = part.samples[0, 7000:9000] * np.hanning(2000)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 16000 / 2000 == pytest.approx(650, abs=20)


def test_past_the_end_is_silence_of_the_length_asked_for(film: Path) -> None:
    part = read_audio(film, RATE, 7.0, 8.0)
    assert part is not None
    assert part.samples.shape == (1, RATE)
    assert not part.samples.any()


def test_channels_are_mixed_on_request(film: Path) -> None:
    part = read_audio(film, RATE, 1.0, 1.5, num_channels=2)
    assert part is not None
    assert part.samples.shape == (2, RATE // 2)
    assert np.array_equal(part.samples[0], part.samples[1])


@pytest.mark.parametrize("name", ["film.ts", "film.mkv"])
def test_containers_that_start_late_or_round_times(tmp_path: Path, name: str) -> None:
    whole = read_audio(write_film(tmp_path / name, with_audio=True), RATE)
    assert whole is not None
    # a tone of 440 Hz at amplitude 0.3 without gaps: RMS is 0.3 / sqrt(2) in every tenth of a second
    loudness = [np.sqrt(np.mean(piece**2)) for piece in np.array_split(whole.samples[0, 4000:18000], 8)]
    assert loudness == pytest.approx([0.3 / np.sqrt(2)] * 8, rel=0.1)


def test_a_silent_film_has_none(tmp_path: Path) -> None:
    assert read_audio(write_film(tmp_path / "film.mp4"), RATE) is None


def test_nonsense_and_bad_films_are_refused(film: Path, tmp_path: Path) -> None:
    for start, end, rate in ((-1.0, None, RATE), (2.0, 1.0, RATE), (0.0, 1.0, 0)):
        with pytest.raises(UsageError):
            read_audio(film, rate, start, end)
    for name, path in build_bad(tmp_path).items():
        with pytest.raises(BAD[name]):
            read_audio(path, RATE)


def test_what_is_no_number_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    samples = chirp(1.0)[None]
    samples[:, 100:200], samples[:, 300] = np.nan, np.inf
    with av.open(path, "w") as container:
        picture, sound = container.add_stream("libx264", rate=24), container.add_stream("pcm_f32le", rate=RATE)
        picture.width, picture.height, sound.layout = 32, 32, "mono"
        for _ in range(24):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
        frame.sample_rate = RATE
        container.mux([*picture.encode(), *sound.encode(frame), *sound.encode()])
    found = read_audio(path, RATE)
    assert found is not None
    assert np.isfinite(found.samples).all()
    assert not found.samples[0, 100:200].any()
    assert found.samples[0, 300] == 0.0
    assert np.array_equal(found.samples[0, 400:1000], samples[0, 400:1000])
