from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_corpus import write_film
from numpy.typing import NDArray

from pegbar.media import AudioTrack, write_video
from tasks.curation import sound_summary
from tasks.curation.sound_summary import summarise_sound

RATE = 16_000
BLACK = np.zeros((64, 64, 3), np.uint8)


def film_with(folder: Path, samples: NDArray[np.float32], seconds: int) -> Path:
    path = folder / "film.mp4"
    write_video(path, [BLACK] * (8 * seconds), Fraction(8), AudioTrack(samples=samples[None], sample_rate=RATE))
    return path


def tone(seconds: float, level: float) -> NDArray[np.float32]:
    return (level * np.sin(2 * np.pi * 440 * np.arange(int(RATE * seconds)) / RATE)).astype(np.float32)


def test_three_loud_seconds_of_ten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_summary, "PIECE_SECONDS", 4.0)  # the tone lies in two pieces
    silence = np.zeros(2 * RATE, np.float32)
    # an AAC frame rings a little: the tone ends before its last second does
    samples = np.concatenate([silence, tone(2.9, 0.5), np.zeros(int(0.1 * RATE), np.float32), silence])
    summary = summarise_sound(film_with(tmp_path, samples, seconds=10))  # the sound ends early, too
    assert summary.has_audio
    assert summary.peak == pytest.approx(0.5, abs=0.05)
    assert summary.silent_share == pytest.approx(0.7, abs=0.1)


def test_digital_silence_is_silent_throughout(tmp_path: Path) -> None:
    summary = summarise_sound(film_with(tmp_path, np.zeros(2 * RATE, np.float32), seconds=2))
    assert (summary.has_audio, summary.peak, summary.silent_share) == (True, 0.0, 1.0)


def test_a_film_without_sound_has_none(tmp_path: Path) -> None:
    assert not summarise_sound(write_film(tmp_path / "mute.mp4")).has_audio
