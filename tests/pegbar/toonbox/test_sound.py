"""The soundtrack: as long as the film, not silent, never clipped, and a boing where somebody jumps."""

import numpy as np

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.sound import boing, soundtrack
from pegbar.toonbox.story import plan_film

CONFIG = ToonboxConfig(min_seconds=6, max_seconds=6)


def test_the_track_lasts_as_long_as_the_film_and_stays_in_range() -> None:
    track = soundtrack(plan_film(4, CONFIG), CONFIG)
    assert track.samples.shape == (1, 6 * 22_050)
    loudest = np.abs(track.samples).max()
    assert 0.2 < loudest <= 0.8501
    assert np.abs(track.samples[0, -50:]).max() < 0.01  # it fades out


def test_same_seed_same_music_other_seed_other_music() -> None:
    first, again, other = (soundtrack(plan_film(seed, CONFIG), CONFIG).samples for seed in (4, 4, 5))
    assert (first == again).all()
    assert not np.allclose(first, other)


def test_a_boing_rises() -> None:
    rate = 22_050
    sound = boing(rate)
    early, late = (np.abs(np.fft.rfft(part)).argmax() / len(part) for part in (sound[:2000], sound[-3000:]))
    assert late > early
