"""A clock that is set back or forward by an hour between two runs: nothing is done again, and nobody waits for it."""

import hashlib
import os
import time
from pathlib import Path

import pytest
from small_films import artifacts_of

from pegbar.config import Config
from pegbar.steps import Facts, Step

HOUR = 3600.0
STEP = Step(name="clock", version=1)


def write(folder: Path) -> Facts:
    (folder / "made").write_bytes(b"made")
    return {}


@pytest.mark.parametrize("shift", [-HOUR, HOUR])
def test_a_finished_step_stays_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: float) -> None:
    with artifacts_of(tmp_path) as artifacts:
        before, _ = artifacts.run(STEP, {}, Config(), write)
    set_clock(monkeypatch, shift)
    with artifacts_of(tmp_path) as artifacts:
        assert artifacts.run(STEP, {}, Config(), write) == (before, True)


@pytest.mark.parametrize("shift", [-HOUR, HOUR])
def test_the_lease_of_a_killed_run_is_free_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: float
) -> None:
    child = os.fork()
    if child == 0:
        with artifacts_of(tmp_path) as artifacts:
            artifacts.journal.acquire_lease("workspace", "killed", ttl_seconds=60)
        os._exit(0)
    os.waitpid(child, 0)
    set_clock(monkeypatch, shift)
    with artifacts_of(tmp_path) as artifacts:
        assert artifacts.journal.acquire_lease("workspace", "next", ttl_seconds=60).holder == "next"


def test_a_file_from_the_future_is_read_whenever_it_is_asked_for(tmp_path: Path) -> None:
    path, later = tmp_path / "film", time.time() + HOUR
    with artifacts_of(tmp_path / "home") as artifacts:
        for content in (b"first", b"other"):
            path.write_bytes(content)
            os.utime(path, (later, later))  # as a clock that is set back may give twice
            assert artifacts.known.of_file(path) == hashlib.sha256(content).hexdigest()


def set_clock(monkeypatch: pytest.MonkeyPatch, shift: float) -> None:
    now, now_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: now() + shift)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + int(shift * 1e9))
