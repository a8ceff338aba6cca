"""What a stretch of sound is like: counted and averaged by hand."""

from dataclasses import replace

import numpy as np
import pytest

from models.sound_annotators import SoundTraits
from tasks.curation.sound.table import ROW_SECONDS, SoundTable
from tasks.curation.sound.traits import TraitsConfig, traits_of

CONFIG = TraitsConfig()


def rows_of(num_rows: int, **columns: object) -> SoundTable:
    """Rows that all are -20 dB, 440 Hz, a tone without a beginning, but for the columns given."""
    plain = SoundTable(**dict.fromkeys(vars(SoundTable.empty()), np.zeros(num_rows, np.float32)))
    usual = {"loudness_db": -20.0, "pitch_hertz": 440.0, "peak": 0.5} | columns
    return replace(
        plain, **{name: np.broadcast_to(np.float32(value), num_rows).copy() for name, value in usual.items()}
    )


def found_in(rows: SoundTable, config: TraitsConfig = CONFIG) -> SoundTraits:
    traits = traits_of(rows, config)
    assert traits is not None
    return traits


def test_an_even_tone() -> None:
    traits = found_in(rows_of(20))
    assert (traits.pitch_hertz, traits.noise_share, traits.loudness_db, traits.onset_seconds) == (440.0, 0.0, -20.0, ())
    assert traits.peak_db == pytest.approx(-6.0)  # half of full scale


def test_loudness_is_the_mean_of_power_over_what_sounds() -> None:
    """-20 dB is a power of 1/100 and -30 dB of 1/1000: their mean, 0.0055, is -22.6 dB. Silence does not count."""
    levels = np.array([-20.0, -30.0, -90.0, -90.0])
    assert found_in(rows_of(4, loudness_db=levels)).loudness_db == -22.6


def test_what_is_flat_is_noise() -> None:
    assert found_in(rows_of(4, flatness=np.array([0.5, 0.5, 0.5, 0.0]))).noise_share == 0.75


def test_sounds_begin_where_the_rise_is_steepest() -> None:
    onset = np.zeros(40)
    onset[[4, 5, 6, 20, 21, 30]] = (4.0, 9.0, 5.0, 6.0, 5.9, 2.9)  # the last is no rise
    found = found_in(rows_of(40, onset=onset)).onset_seconds
    assert found == (pytest.approx(5 * ROW_SECONDS), pytest.approx(20 * ROW_SECONDS))


def test_two_beginnings_too_near_are_one() -> None:
    onset = np.zeros(10)
    onset[[2, 4, 6, 7]] = (9.0, 9.0, 8.0, 9.0)  # 0.19 s, then 0.29 s apart
    assert len(found_in(rows_of(10, onset=onset)).onset_seconds) == 3
    assert len(found_in(rows_of(10, onset=onset), CONFIG.but(gap_seconds=0.25)).onset_seconds) == 2


@pytest.mark.parametrize("num_rows", [0, 7])
def test_silence_has_no_traits(num_rows: int) -> None:
    assert traits_of(rows_of(num_rows, loudness_db=-90.0, onset=9.0, peak=0.0), CONFIG) is None
