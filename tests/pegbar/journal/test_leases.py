"""Leases: one holder at a time, whatever happens to it."""

import math
import time
from pathlib import Path

import pytest
from servers.journal_workers import count_under_lease, killed_while_holding, race
from servers.sql import tamper

from pegbar.errors import ConflictError, HostileNameError, InputError
from pegbar.journal import Journal


def test_a_held_lease_names_its_holder_and_what_to_do(journal: Journal) -> None:
    journal.acquire_lease("gpu-0", "trainer of r1", 60)
    with pytest.raises(ConflictError, match="trainer of r1") as caught:
        journal.acquire_lease("gpu-0", "somebody", 60)
    assert "process" in caught.value.remedy
    assert journal.acquire_lease("gpu-1", "somebody", 60).token == 1


def test_tokens_grow_with_every_holder(journal: Journal) -> None:
    tokens = []
    for _ in range(3):
        lease = journal.acquire_lease("gpu-0", "me", 60)
        journal.release_lease(lease)
        tokens.append(lease.token)
    assert tokens == [1, 2, 3]


def test_an_expired_lease_is_taken_over_and_its_first_holder_told(journal: Journal) -> None:
    old = journal.acquire_lease("gpu-0", "old", 0.05)
    time.sleep(0.1)
    new = journal.acquire_lease("gpu-0", "new", 60)
    with pytest.raises(ConflictError, match="no longer held by 'old'"):
        journal.renew_lease(old)
    journal.release_lease(old)
    with pytest.raises(ConflictError, match="'new'"):
        journal.acquire_lease("gpu-0", "third", 60)
    assert journal.renew_lease(new).expires_at > new.expires_at


def test_a_released_lease_cannot_be_renewed(journal: Journal) -> None:
    lease = journal.acquire_lease("gpu-0", "me", 60)
    journal.release_lease(lease)
    with pytest.raises(ConflictError):
        journal.renew_lease(lease)


def test_a_dead_holder_of_this_host_is_replaced_at_once(journal: Journal, url: str) -> None:
    killed_while_holding(url, "r1", "gpu-0")
    assert journal.acquire_lease("gpu-0", "heir", 60).token == 2


def test_a_holder_of_another_host_keeps_its_lease(journal: Journal, url: str) -> None:
    killed_while_holding(url, "r1", "gpu-0")
    tamper(url, "update pegbar_leases set host = 'far away'")
    with pytest.raises(ConflictError, match="far away"):
        journal.acquire_lease("gpu-0", "heir", 60)


def test_a_block_keeps_its_lease_longer_than_one_term(journal: Journal) -> None:
    with journal.leased("gpu-0", "long", ttl_seconds=0.3):
        time.sleep(0.9)
        with pytest.raises(ConflictError, match="'long'"):
            journal.acquire_lease("gpu-0", "other", 1)
    assert journal.acquire_lease("gpu-0", "other", 1).token == 2


def test_a_block_that_fails_gives_its_lease_back(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError), journal.leased("gpu-0", "me", ttl_seconds=60):
        raise ZeroDivisionError
    journal.acquire_lease("gpu-0", "other", 1)


def test_a_block_that_lost_its_lease_says_so_at_its_end(journal: Journal, url: str) -> None:
    with pytest.raises(ConflictError, match="no longer held by 'slow'"), journal.leased("gpu-0", "slow", 0.3):
        tamper(url, "update pegbar_leases set token = token + 1, holder = 'thief'")
        time.sleep(0.5)


def test_waiting_ends_when_the_lease_does(journal: Journal) -> None:
    journal.acquire_lease("gpu-0", "first", 0.4)
    started = time.monotonic()
    with journal.leased("gpu-0", "second", ttl_seconds=5, wait_seconds=10):
        assert 0.2 < time.monotonic() - started < 5


def test_waiting_in_vain_ends_in_time(journal: Journal) -> None:
    journal.acquire_lease("gpu-0", "first", 60)
    started = time.monotonic()
    with pytest.raises(ConflictError), journal.leased("gpu-0", "second", ttl_seconds=5, wait_seconds=0.5):
        pass
    assert 0.5 <= time.monotonic() - started < 5


def test_racing_processes_take_turns(url: str, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    Journal.open(url)
    assert sum(race(count_under_lease, 3, url, str(counter), 5)) == 15
    assert counter.read_text() == "15"


@pytest.mark.parametrize("ttl_seconds", [0.0, -1.0, math.nan, math.inf])
def test_a_term_is_a_real_duration(journal: Journal, ttl_seconds: float) -> None:
    with pytest.raises(InputError, match="lease cannot last"):
        journal.acquire_lease("gpu-0", "me", ttl_seconds)


def test_names_are_printable(journal: Journal) -> None:
    for name, holder in (("", "me"), ("gpu\n0", "me"), ("gpu-0", "\0")):
        with pytest.raises(HostileNameError):
            journal.acquire_lease(name, holder, 1)
