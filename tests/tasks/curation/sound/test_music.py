"""The measure of music: what its lines add up to by hand, and what makes and unmakes one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.voice_detectors import SAMPLE_RATE, Samples
from tasks.curation.sound.music import MusicConfig, music_of, partials_of
from tasks.curation.sound.spectrum import glances
from tasks.curation.sound.table import WINDOWS_A_ROW

CONFIG = MusicConfig()
SECONDS = 10.0
MIDDLE = 50  # a row whose whole span is inside


def time_of(seconds: float = SECONDS) -> NDArray[np.float64]:
    return np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def sines(*hertz: float) -> Samples:
    silence = np.zeros(len(time_of()))
    return np.asarray(sum((0.1 * np.sin(2 * np.pi * pitch * time_of()) for pitch in hertz), silence), np.float32)


def measured(samples: Samples, voice: float = 0.0) -> Samples:
    partials = np.concatenate([partials_of(glance.decibels, CONFIG) for glance in glances(samples)])
    return music_of(partials, np.full(len(partials), voice, np.float32), WINDOWS_A_ROW, CONFIG)


@pytest.mark.parametrize("number", [0, 1, 3, 10, 12])
def test_each_partial_that_never_moves_counts_one_up_to_ten(number: int) -> None:
    found = measured(sines(*(150 * (place + 1) for place in range(number))))
    assert found[MIDDLE] == pytest.approx(min(number, CONFIG.num_peaks), abs=0.05)


def test_a_note_half_of_the_time_counts_half() -> None:
    """A second on, a second off: of 4.9 s a note sounds for 2 to 2.9, so 0.4 to 0.6; its edges are blurred a little."""
    is_on = (time_of() % 2) < 1
    found = measured((sines(440) * is_on).astype(np.float32))
    assert 0.35 < found[30:75].mean() < 0.65


def test_a_glide_a_knock_and_noise_draw_no_lines() -> None:
    """A glide of 60 Hz a second leaves a bin's neighbourhood after 8 windows: ten lines of 8 in 153 add up to 0.5."""
    glide = np.sin(2 * np.pi * np.cumsum(300 + 60 * time_of()) / SAMPLE_RATE) * 0.3
    knocks = np.zeros(len(time_of()))
    knocks[:: SAMPLE_RATE // 2] = 0.9
    noise = np.random.default_rng(0).normal(0, 0.1, len(knocks))
    for sound in (glide, knocks, noise):
        assert measured(sound.astype(np.float32)).max() < 0.6


def test_what_is_too_quiet_is_no_line() -> None:
    assert measured(sines(440) * np.float32(0.001)).max() < 0.1


def test_windows_in_which_somebody_speaks_count_less() -> None:
    """The first half is a chord, the second silent; where the chord's half is all speech, only silence is left."""
    chord = sines(300, 500, 700, 900)
    chord[len(chord) // 2 :] = 0.0
    partials = np.concatenate([partials_of(glance.decibels, CONFIG) for glance in glances(chord)])
    voice = np.zeros(len(partials), np.float32)
    heard = music_of(partials, voice, WINDOWS_A_ROW, CONFIG)[MIDDLE]
    voice[: len(voice) // 2 + 4] = 1.0
    spoken = music_of(partials, voice, WINDOWS_A_ROW, CONFIG)[MIDDLE]
    assert heard == pytest.approx(2.0, abs=0.3)
    assert spoken == pytest.approx(0.0, abs=0.01)


def test_speech_all_through_says_nothing_of_music() -> None:
    assert measured(sines(300, 500, 700), voice=1.0).max() == 0.0


def test_the_shortest_sounds_have_rows_too() -> None:
    assert measured(np.zeros(1, np.float32)).tolist() == [0.0]
    assert len(measured(np.zeros(512 * 4, np.float32))) == 2
