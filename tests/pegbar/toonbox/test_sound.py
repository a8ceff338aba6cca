"""The soundtrack: as long as the film, never clipped, and every sound where the truth says it is."""

import numpy as np
import pytest

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.noises import NOISES, Noise, noise_of
from pegbar.toonbox.plan import FilmPlan
from pegbar.toonbox.score import cues_of
from pegbar.toonbox.sound import audio_of, soundtrack
from pegbar.toonbox.story import plan_film

CONFIG = ToonboxConfig(min_seconds=20, max_seconds=20)
RATE = CONFIG.sample_rate


def first_with(kind: str, number: int) -> FilmPlan:
    """Return the first film with so many sounds of a kind."""
    plans = (plan_film(seed, CONFIG) for seed in range(200))
    return next(plan for plan in plans if [cue.kind for cue in cues_of(plan)].count(kind) == number)


def test_the_track_lasts_as_long_as_the_film_and_stays_in_range() -> None:
    track = soundtrack(plan_film(4, CONFIG), CONFIG)
    assert track.samples.shape == (1, 20 * RATE)
    loudest = np.abs(track.samples).max()
    assert 0.2 < loudest <= 0.8501
    assert np.abs(track.samples[0, -50:]).max() < 0.01  # it fades out


def test_same_seed_same_sound_other_seed_other_sound() -> None:
    first, again, other = (soundtrack(plan_film(seed, CONFIG), CONFIG).samples for seed in (4, 4, 5))
    assert (first == again).all()
    assert not np.allclose(first, other)


@pytest.mark.parametrize("name", NOISES)
def test_every_effect_is_heard_and_dies_away(name: Noise) -> None:
    sound = noise_of(name, RATE)
    assert 0.1 < np.abs(sound).max() < 2.5
    assert np.abs(sound[-20:]).max() < 0.12 * np.abs(sound).max()


def test_a_boing_rises() -> None:
    sound = noise_of("boing", RATE)
    early, late = (np.abs(np.fft.rfft(part)).argmax() / len(part) for part in (sound[:2000], sound[-3000:]))
    assert late > early


def test_without_music_it_is_silent_where_no_event_is() -> None:
    plan = first_with("music", 0)
    samples = soundtrack(plan, CONFIG).samples[0]
    is_told = np.zeros(len(samples), bool)
    for event in audio_of(plan, CONFIG)["events"]:
        start, end = (round(event[key] * RATE) for key in ("start_seconds", "end_seconds"))
        is_told[max(0, start - RATE // 20) : end + RATE // 20] = True
        assert np.abs(samples[start:end]).max() > 0.003
    assert 0.05 < is_told.mean() < 0.95
    assert not samples[~is_told].any()


def test_music_in_parts_leaves_a_part_without() -> None:
    first, second = (one for one in audio_of(first_with("music", 2), CONFIG)["events"] if one["kind"] == "music")
    assert first["start_seconds"] == 0 and second["end_seconds"] == 20
    assert second["start_seconds"] - first["end_seconds"] >= 3


def test_who_talks_is_the_source_and_is_seen_talking() -> None:
    for seed in range(12):
        plan = plan_film(seed, CONFIG)
        for event in audio_of(plan, CONFIG)["events"]:
            if event["kind"] == "speech":
                shot = next(one for one in plan.shots if event["start_seconds"] < one.end_frame / plan.fps)
                talkers = {plan.members[role.member].name for role in shot.roles if role.action == "talk"}
                assert event["source"] in talkers
                assert event["end_seconds"] <= shot.end_frame / plan.fps + 0.2


def test_an_unsteady_rate_moves_sounds_with_the_pictures() -> None:
    unsteady = CONFIG.but(blemishes=("variable-rate",))
    plan = plan_film(4, unsteady)
    assert soundtrack(plan, unsteady).samples.shape[1] == pytest.approx(plan.seconds_at(plan.num_frames) * RATE, abs=1)
    steady, moved = (cues_of(one) for one in (plan_film(4, CONFIG), plan))
    assert sorted(cue.name for cue in steady) == sorted(cue.name for cue in moved)
    shot = next(shot for shot in plan.shots if shot.card)
    assert plan.seconds_at(shot.end_frame) != shot.end_frame / plan.fps
