"""Each limit is really hit by a real child; the reason is said; nobody else is harmed and nothing stays behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sandboxed_work as work

from pegbar import progress
from pegbar.engine import PoolConfig
from pegbar.errors import DecoderKilledError, EmptyFileError
from pegbar.media.sandbox import SandboxLimits, run_sandboxed

MIB = 1 << 20
SMALL = SandboxLimits(memory_bytes=512 * MIB, cpu_seconds=2, wall_seconds=20, file_bytes=MIB, num_open_files=64)


def is_gone(pid: int) -> bool:
    """Say whether a process ends within two seconds (a zombie nobody reaps has ended)."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def written_pid(note: Path) -> int:
    for _ in range(500):
        if note.exists() and note.read_text():
            return int(note.read_text())
        time.sleep(0.02)
    raise AssertionError("the child never started")


def test_a_result_comes_back_from_another_session() -> None:
    pid, session, parent = run_sandboxed(work.session_of)
    assert pid == session != os.getpid()
    assert parent == os.getpid()
    assert is_gone(pid)


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        (work.fill_memory, (1024 * MIB,), r"ran out of memory \(over 512 MiB\)"),
        (work.spin, (), "more than 2 seconds of processor time"),
        (work.abort, (), r"crashed \(SIGABRT\)"),
        (work.die_by, (signal.SIGSEGV,), r"crashed \(SIGSEGV\)"),
        (work.die_by, (signal.SIGKILL,), r"killed from outside \(SIGKILL\)"),
        (work.exit_with, (3,), "ended with exit code 3"),
    ],
)
def test_a_death_says_its_reason_and_names_the_film(
    function: Callable[..., object], arguments: tuple[Any, ...], reason: str
) -> None:
    with pytest.raises(DecoderKilledError, match=reason) as caught:
        run_sandboxed(function, *arguments, limits=SMALL, subject=Path("/films/fox.mp4"))
    assert "'/films/fox.mp4'" in caught.value.what
    assert caught.value.subject == "/films/fox.mp4"


def test_what_hangs_is_killed_by_the_clock() -> None:
    started = time.monotonic()
    with pytest.raises(DecoderKilledError, match="hang .*longer than 1.5 seconds"):
        run_sandboxed(work.hang, limits=SMALL.but(wall_seconds=1.5))
    assert time.monotonic() - started < 5


def test_a_large_file_is_stopped_at_the_limit(tmp_path: Path) -> None:
    run_sandboxed(work.write, tmp_path / "small", MIB, limits=SMALL)
    with pytest.raises(DecoderKilledError, match="a file of over 1 MiB"):
        run_sandboxed(work.write, tmp_path / "large", 3 * MIB, limits=SMALL)
    assert (tmp_path / "small").stat().st_size == MIB
    assert (tmp_path / "large").stat().st_size <= MIB


def test_memory_within_the_limit_is_given_and_files_are_counted(tmp_path: Path) -> None:
    assert run_sandboxed(work.fill_memory, 128 * MIB, limits=SMALL) == 128 * MIB
    (tmp_path / "x").touch()
    with pytest.raises(OSError, match="Too many open files"):
        run_sandboxed(work.open_many, tmp_path / "x", limits=SMALL)


def test_exceptions_come_back_as_they_are() -> None:
    with pytest.raises(EmptyFileError, match="film x is empty") as ours:
        run_sandboxed(work.refuse)
    assert (ours.value.remedy, ours.value.subject) == ("pegbar films probe x", "x")
    with pytest.raises(ZeroDivisionError) as theirs:
        run_sandboxed(work.divide)
    assert "return 1 / 0" in theirs.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Stubborn: one"):
        run_sandboxed(work.be_stubborn)


def test_progress_is_heard_here_and_noise_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[tuple[str, int, int]] = []
    with progress.listening(lambda *report: heard.append(report)):
        assert run_sandboxed(work.report_progress) == "reported"
    assert heard == [("survey", 1, 3), ("survey", 2, 3), ("survey", 3, 3)]
    assert capfd.readouterr() == ("", "")


def test_threads_and_workers_sandbox_at_once_and_a_death_harms_no_neighbour() -> None:
    outcomes: dict[str, object] = {}

    def attempt(name: str, function: Callable[..., object], *arguments: object) -> None:
        try:
            outcomes[name] = run_sandboxed(function, *arguments, limits=SMALL)
        except DecoderKilledError:
            outcomes[name] = "killed"

    threads = [
        threading.Thread(target=attempt, args=("good", work.double, 4)),
        threading.Thread(target=attempt, args=("bad", work.abort)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"good": 8, "bad": "killed"}
    with PoolConfig(num_workers=1).build() as engine:
        (result,) = engine.process(work.sandboxed_in_worker, [("x", 21)])
    assert result.value == 42


def test_what_the_child_started_dies_with_it(tmp_path: Path) -> None:
    assert run_sandboxed(work.start_a_sleeper, tmp_path / "note") == "started"
    assert is_gone(written_pid(tmp_path / "note"))


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    start = "import pathlib, sys, sandboxed_work as work; work.hang_in_sandbox(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", start, str(tmp_path / "note")]
    paths = os.pathsep.join(path for path in sys.path if path)
    parent = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": paths})
    child = written_pid(tmp_path / "note")
    parent.kill()
    parent.wait()
    assert is_gone(child)
