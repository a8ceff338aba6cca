"""Finished steps and the attempts at them."""

import math

import pytest

from pegbar.errors import InputError, NotFoundError
from pegbar.journal import Journal

KEY, OTHER = "a" * 64, "b" * 64


def test_the_same_manifest_twice_is_one_row(journal: Journal) -> None:
    journal.record_step(KEY, "probe", 1, "c" * 64, "films", "studio", "r1")
    first = journal.find_step(KEY)
    journal.record_step(KEY, "probe", 1, "c" * 64, "films", "studio", "r2")
    assert first is not None and (first.step, first.version, first.run_id) == ("probe", 1, "r1")
    assert journal.steps() == [first]


def test_another_manifest_replaces_the_row(journal: Journal) -> None:
    journal.record_step(KEY, "probe", 1, "c" * 64, "films", "studio", "r1")
    journal.record_step(KEY, "probe", 2, "d" * 64, "films", "studio", "r2")
    found = journal.find_step(KEY)
    assert found is not None and (found.manifest_sha256, found.version, found.run_id) == ("d" * 64, 2, "r2")


def test_steps_are_listed_by_name_and_forgotten(journal: Journal) -> None:
    journal.record_step(KEY, "probe", 1, "c" * 64, "films", "studio", "r1")
    journal.record_step(OTHER, "cut", 1, "c" * 64, "films", "studio", "r1")
    assert [row.key for row in journal.steps("cut")] == [OTHER]
    journal.forget_step(OTHER)
    journal.forget_step(OTHER)
    assert [row.key for row in journal.steps()] == [KEY]
    assert journal.find_step(OTHER) is None


def test_many_steps_are_forgotten_at_once(journal: Journal) -> None:
    keys = [f"{number:064x}" for number in range(1200)]
    for key in keys[:3]:
        journal.record_step(key, "probe", 1, "c" * 64, "films", "studio", "r1")
    journal.forget_steps(keys[1:])
    assert [row.key for row in journal.steps()] == keys[:1]
    assert abs(journal.now() - journal.steps()[0].recorded_at) < 60


def test_attempts_keep_how_long_and_how_it_ended(journal: Journal) -> None:
    failed = journal.begin_attempt(KEY, "probe", "r1")
    journal.end_attempt(failed, "failed", 1.5, "no space\0left")
    running = journal.begin_attempt(KEY, "probe", "r2")
    journal.begin_attempt(OTHER, "cut", "r2")
    assert failed < running
    assert [(row.outcome, row.seconds, row.error) for row in journal.attempts(key=KEY)] == [
        ("failed", 1.5, "no space\\0left"),
        (None, None, ""),
    ]
    assert [row.step for row in journal.attempts(run_id="r2")] == ["probe", "cut"]
    assert [row.attempt_id for row in journal.attempts(run_id="r2", key=KEY)] == [running]
    assert len(journal.attempts()) == 3


def test_an_attempt_that_was_never_begun_cannot_end(journal: Journal) -> None:
    with pytest.raises(NotFoundError, match="attempt 7"):
        journal.end_attempt(7, "completed", 1.0)


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
def test_seconds_are_a_real_duration(journal: Journal, seconds: float) -> None:
    attempt = journal.begin_attempt(KEY, "probe", "r1")
    with pytest.raises(InputError, match="seconds"):
        journal.end_attempt(attempt, "completed", seconds)
