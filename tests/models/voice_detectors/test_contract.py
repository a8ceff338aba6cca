"""What every voice detector keeps, run over all of them."""

import numpy as np
import pytest
from spoken import ESPEAK_RATE, spoken

from models.voice_detectors import SAMPLE_RATE, WINDOW_SAMPLES, Samples, SileroConfig, VoiceDetector
from pegbar.errors import InputError


@pytest.fixture(scope="module", params=[SileroConfig()], ids=lambda config: config.kind)
def detector(request: pytest.FixtureRequest) -> VoiceDetector:
    config: SileroConfig = request.param
    return config.build()


@pytest.fixture(scope="module")
def speech() -> Samples:
    voice = spoken("de")
    times = np.arange(int(len(voice) * SAMPLE_RATE / ESPEAK_RATE)) / SAMPLE_RATE
    return np.interp(times, np.arange(len(voice)) / ESPEAK_RATE, voice).astype(np.float32)


@pytest.mark.parametrize(("num_samples", "num_windows"), [(0, 0), (1, 1), (512, 1), (513, 2), (16_000, 32)])
def test_every_window_gets_one_probability(detector: VoiceDetector, num_samples: int, num_windows: int) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, num_samples).astype(np.float32)
    found = detector.voice(noise)
    assert found.shape == (num_windows,)
    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()


def test_silence_noise_and_a_tone_are_no_speech(detector: VoiceDetector) -> None:
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 0.1, len(time)).astype(np.float32)
    for sound in (np.zeros_like(tone), tone, noise):
        assert detector.voice(sound)[8:].mean() < 0.1


def test_speech_is_heard_where_it_is(detector: VoiceDetector, speech: Samples) -> None:
    second = np.zeros(SAMPLE_RATE, np.float32)
    found = detector.voice(np.concatenate((second, speech, second)))
    first, last = SAMPLE_RATE // WINDOW_SAMPLES, (SAMPLE_RATE + len(speech)) // WINDOW_SAMPLES
    assert found[first:last].mean() > 0.7
    assert found[: first - 4].max() < 0.3
    assert found[last + 16 :].max() < 0.3


def test_the_same_sound_gives_the_same_bits(detector: VoiceDetector, speech: Samples) -> None:
    assert detector.voice(speech).tobytes() == detector.voice(speech.copy()).tobytes()


@pytest.mark.parametrize(
    "samples",
    [np.zeros((2, 512), np.float32), np.zeros(512, np.float64), np.full(512, np.nan, np.float32)],
    ids=["stereo", "double", "nan"],
)
def test_what_is_no_mono_sound_is_refused(detector: VoiceDetector, samples: Samples) -> None:
    with pytest.raises(InputError, match="cannot hear"):
        detector.voice(samples)
