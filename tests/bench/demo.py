"""Measure the demo (wall, CPU, peak memory of its whole process tree) and the start of the command line.

Run by hand with ``make bench``; writes docs/benchmarks.json.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
PEGBAR = ROOT / ".venv" / "bin" / "pegbar"
NUM_STARTS = 7
SAMPLE_SECONDS = 0.5


def main() -> None:
    """Run both measurements and write them down."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PEGBAR_HOME": home}
        result = {
            "commit": _git("rev-parse", "HEAD"),
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GiB",
            "demo": demo(environment),
            "help": command_start(environment),
        }
    path = ROOT / "docs" / "benchmarks.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(path.read_text())  # noqa: T201 - a script for a person


def demo(environment: dict[str, str]) -> dict[str, float]:
    """Run the demo in a fresh home, then the same command again, which skips what is there."""
    first = _watched([str(PEGBAR), "demo"], environment)
    second = _watched([str(PEGBAR), "demo"], environment)
    subprocess.run([str(PEGBAR), "down"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return {
        "first_wall_seconds": first["wall_seconds"],
        "first_cpu_seconds": first["cpu_seconds"],
        "first_peak_gib": first["peak_gib"],
        "again_wall_seconds": second["wall_seconds"],
        "again_cpu_seconds": second["cpu_seconds"],
        "ratio_first_to_again": round(first["wall_seconds"] / second["wall_seconds"], 2),
    }


def _watched(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    home = environment["PEGBAR_HOME"]
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(SAMPLE_SECONDS):
            peak = max(peak, sum(_unique_bytes(process) for process in _ours(home)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    before, started = _cpu_seconds(), time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, cpu = time.monotonic() - started, _cpu_seconds() - before
    ended.set()
    watcher.join()
    return {"wall_seconds": round(wall, 1), "cpu_seconds": round(cpu, 1), "peak_gib": round(peak / 2**30, 2)}


def _cpu_seconds() -> float:
    """Return the CPU time of every child that has ended (the servers live on and do not count)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ours(home: str) -> list[psutil.Process]:
    """Return every process whose environment names this home: the command, its workers, its servers."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("PEGBAR_HOME") == home:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def _unique_bytes(process: psutil.Process) -> int:
    """Return a process's own memory; pages shared with others count their share."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def command_start(environment: dict[str, str]) -> dict[str, float]:
    """Time ``pegbar --help``: the median of several starts, wall and CPU."""
    walls, cpus = [], []
    for _ in range(NUM_STARTS):
        before, started = _cpu_seconds(), time.monotonic()
        subprocess.run([str(PEGBAR), "--help"], env=environment, check=True, stdout=subprocess.DEVNULL)
        walls.append(time.monotonic() - started)
        cpus.append(_cpu_seconds() - before)
    return {
        "median_wall_seconds": round(statistics.median(walls), 3),
        "median_cpu_seconds": round(statistics.median(cpus), 3),
        "num_starts": NUM_STARTS,
    }


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
