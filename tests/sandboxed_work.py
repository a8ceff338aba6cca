"""Work for the sandbox's tests: child processes import it by this name."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from pegbar import progress
from pegbar.errors import EmptyFileError
from pegbar.media.sandbox import run_sandboxed

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def double(number: int) -> int:
    return 2 * number


def fill_memory(num_bytes: int) -> int:
    return int(np.ones(num_bytes, np.uint8).nbytes)


def spin() -> None:
    while True:
        pass


def hang() -> None:
    time.sleep(60)


def write(path: Path, num_bytes: int) -> None:
    with path.open("wb") as stream:
        stream.write(bytes(num_bytes))


def die_by(number: int) -> None:
    os.kill(os.getpid(), number)


def abort() -> None:
    os.abort()


def exit_with(code: int) -> None:
    os._exit(code)


def refuse() -> None:
    raise EmptyFileError("film x is empty", remedy="pegbar films probe x", subject="x")


def divide() -> float:
    return 1 / 0


class Stubborn(Exception):
    """Cannot be rebuilt from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def be_stubborn() -> None:
    raise Stubborn("one", "two")


def report_progress() -> str:
    for done in (1, 2, 3):
        progress.report("survey", done, 3)
    print("to nobody")  # noqa: T201 - noise, on purpose
    print("to nobody either", file=sys.stderr)  # noqa: T201
    return "reported"


def session_of() -> tuple[int, int, int]:
    return os.getpid(), os.getsid(0), os.getppid()


def start_a_sleeper(note: Path) -> str:
    note.write_text(str(subprocess.Popen(SLEEP).pid))
    return "started"


def note_and_hang(note: Path) -> None:
    note.write_text(str(os.getpid()))
    time.sleep(60)


def open_many(path: Path) -> int:
    return len([path.open() for _ in range(1000)])


def sandboxed_in_worker(number: int) -> int:
    return run_sandboxed(double, number)


def hang_in_sandbox(note: Path) -> None:
    run_sandboxed(note_and_hang, note)
