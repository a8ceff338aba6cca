"""Ending managed servers: ask, wait, then kill; only processes that carry our marker get here."""

import os
import signal
import time
from collections.abc import Iterable

import psutil

PATIENCE_SECONDS = 15.0
POLL_SECONDS = 0.05


def end_processes(processes: Iterable[psutil.Process], patience_seconds: float = PATIENCE_SECONDS) -> None:
    """SIGTERM every process' group, wait, and SIGKILL what is left."""
    waiting = list(processes)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in waiting:
            _signal(process, number)
        deadline = time.monotonic() + patience_seconds
        while (waiting := [process for process in waiting if is_alive(process)]) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def is_alive(process: psutil.Process) -> bool:
    """Say whether a process still runs; one that only waits for its parent to notice does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        # A managed server leads its own session; a group that it does not lead is somebody else's.
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return
