"""Measure what the engine adds to a bare loop, and whether ten thousand clips cost as much each as one thousand.

Run by hand (``make bench``, or ``python tests/bench/scale.py [--items N]``); writes docs/scale_benchmark.json. The same
function goes over the same clips in a bare loop, in the pool and in Ray, each in a process and a home of its own, at
the same time, so that a busy machine is busy for all of them alike. Processor seconds are exact (the scheduler's), over
a process and all it started; one worker each, for what two do to each other's caches is no orchestration. Imports and
start-up do not count; they are in the result besides.

Orchestration is what an engine spends outside the function, as a share of what the function spends, less the same of
the bare loop: exact, and the same on every run. The difference between two processes is in the result, too, but where a
process happens to lie in memory changes it by more than the target. The loop begins every chunk with an empty store:
what the pool's process takes for the same clips at the same time, with thousands in its store, is the growth.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import psutil
from scale_work import curate_clip, draw_clip

from pegbar.engine import EngineConfig, PoolConfig, RayConfig
from pegbar.settings import Settings
from tasks.context import RunContext

ROOT = Path(__file__).parent.parent.parent
RESULT = ROOT / "docs" / "scale_benchmark.json"
CACHE = Path(tempfile.gettempdir()) / "pegbar-bench" / "scale"
NUM_CLIPS, CHUNK, WARM_UP, NUM_ROUNDS = 10_000, 200, 20, 5
LOOP_EVERY = 5  # chunks of the long series; beside the others the pool is alone
ENGINES: dict[str, EngineConfig] = {"pool": PoolConfig(num_workers=1), "ray": RayConfig(num_workers=1)}
MAX_GROWTH, MAX_ORCHESTRATION = 0.10, 0.01
MIB = 1 << 20

Chunk = dict[str, float]
Measured = dict[str, list[Chunk]]
Done = tuple[str, float]
Function = Callable[[Path], Done]


def main() -> int:
    """Measure, write the result down and say whether it is what the issue asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=NUM_CLIPS)
    parser.add_argument("--drive", nargs=2, metavar=("HOW", "HOME"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.drive:
        drive(arguments.drive[0], Path(arguments.drive[1]))
        return 0
    draw(arguments.items + WARM_UP)
    result: dict[str, Any] = {
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GiB",
        "clip": "2 s, 128x128, 12 fps, H.264",
        "scale": summary([measure(("loop", "pool"), arguments.items, LOOP_EVERY)]),
        "engines": summary([measure(("loop", "pool", "ray"), CHUNK) for _ in range(NUM_ROUNDS)]),
    }
    misses = missed(result["scale"])
    RESULT.write_text(json.dumps(result | {"missed": misses}, indent=2) + "\n")
    _say(json.dumps(result, indent=2))
    _say("\n".join(misses) or "all targets are met")
    return 1 if misses else 0


def missed(scale: dict[str, Any]) -> list[str]:
    """Return every target that was missed, in words."""
    pool = scale["pool"]
    growth = pool["beside_the_loop"]["growth"]
    grown = {name: pool[name][1] / pool[name][0] - 1 for name in ("memory_mib", "worker_memory_mib")}
    found = [
        (f"processor seconds per clip grew by {growth:.1%}", abs(growth) > MAX_GROWTH),
        (f"memory of the parent grew by {grown['memory_mib']:.1%}", grown["memory_mib"] > MAX_GROWTH),
        (f"memory of the worker grew by {grown['worker_memory_mib']:.1%}", grown["worker_memory_mib"] > MAX_GROWTH),
        (f"orchestration costs {pool['orchestration']:.2%}", pool["orchestration"] > MAX_ORCHESTRATION),
    ]
    return [what for what, is_missed in found if is_missed]


def draw(count: int) -> None:
    """Draw the clips that are not there yet; this does not count."""
    absent = [(clip_path(number), number) for number in range(count) if not clip_path(number).is_file()]
    with PoolConfig().build() as engine:
        engine.process(draw_clip, ((path.name, (path, number)) for path, number in absent))


def clip_path(number: int) -> Path:
    """Return where a clip lies."""
    return CACHE / "clips" / f"{number // 1000:03d}" / f"{number:06d}.mp4"


def measure(ways: tuple[str, ...], num_clips: int, loop_every: int = 1) -> Measured:
    """Send chunk after chunk through every way at once, the loop now and then; return what each measured."""
    found: Measured = {way: [] for way in ways}
    with _drivers(ways) as drivers:
        for first in range(0, num_clips, CHUNK):
            working = [way for way in ways if way != "loop" or first // CHUNK % loop_every == 0]
            for way in working:
                _ask(drivers[way], first, min(first + CHUNK, num_clips))
            for way in working:
                found[way].append({"first": first} | _told(drivers[way]))
            _say(f"{first + CHUNK} of {num_clips}: " + ", ".join(f"{way} {found[way][-1]}" for way in working))
    return found


def summary(rounds: list[Measured]) -> dict[str, Any]:
    """Return each way's figures, over the chunks of all rounds, beside the loop's."""
    ways = {way: [chunk for measured in rounds for chunk in measured[way]] for way in rounds[0]}
    outside = {way: _total(chunks, "cpu_seconds") / _total(chunks, "work_cpu_seconds") for way, chunks in ways.items()}
    return {
        way: _figures(chunks)
        | {"orchestration": round(outside[way] / outside["loop"] - 1, 5), "beside_the_loop": _beside(rounds, way)}
        for way, chunks in ways.items()
    }


def _total(chunks: list[Chunk], name: str) -> float:
    return sum(chunk[name] for chunk in chunks)


def _beside(rounds: list[Measured], way: str) -> dict[str, float]:
    """Return by how much more a way's processes took than the loop's for the same clips, and how that grew."""
    pairs = [
        (one, other)
        for measured in rounds
        for one in measured[way]
        for other in measured["loop"]
        if one["first"] == other["first"]
    ]
    ratios = [one["cpu_seconds"] / other["cpu_seconds"] for one, other in pairs]
    added = sorted(ratio - 1 for ratio in ratios)
    return {
        "growth": round(ratios[-1] / ratios[0] - 1, 4),
        "median": round(statistics.median(added), 4),
        "lowest": round(added[0], 4),
        "highest": round(added[-1], 4),
        "num_pairs": len(added),
    }


def _figures(chunks: list[Chunk]) -> dict[str, Any]:
    """Return figures per clip, over all and over a thousand at a time; memory after the first and the last thousand."""
    cpu = [chunk["cpu_seconds"] / chunk["clips"] for chunk in chunks]
    thousands = sorted({chunk["first"] // 1000 for chunk in chunks})
    by_thousand = [
        statistics.median(value for value, chunk in zip(cpu, chunks, strict=True) if chunk["first"] // 1000 == thousand)
        for thousand in thousands
    ]
    first, last = [chunk for chunk in chunks if chunk["first"] < 1000][-1], chunks[-1]
    num_clips = _total(chunks, "clips")
    return {
        "num_clips": int(num_clips),
        "cpu_ms_per_clip": round(1000 * _total(chunks, "cpu_seconds") / num_clips, 3),
        "cpu_ms_by_thousand": [round(1000 * value, 3) for value in by_thousand],
        "wall_ms_per_clip": round(1000 * _total(chunks, "wall_seconds") / num_clips, 1),
        "start_cpu_seconds": round(chunks[0]["start_cpu_seconds"], 2),
        "memory_mib": [round(chunk["memory"] / MIB, 1) for chunk in (first, last)],
        "worker_memory_mib": [round(chunk["worker_memory"] / MIB, 1) for chunk in (first, last)],
    }


def drive(how: str, home: Path) -> None:
    """Be one way: read ``first last`` lines, work, and answer with what it cost."""
    kept: list[Done] = []  # what a run holds on to, grows with the run
    function = _into(home)

    def clips(first: int, last: int) -> Iterator[tuple[str, Path]]:
        return ((str(number), clip_path(number)) for number in range(first, last))

    with _way(how) as work:
        spare = int(sys.stdin.readline())
        started = _cpu_seconds()
        work(function, clips(spare, spare + WARM_UP))
        start_cpu = _cpu_seconds() - started
        _say("ready", sys.stdout)
        for line in sys.stdin:
            first, last = map(int, line.split())
            if how == "loop":
                function = _into(home / str(first))
                work(function, clips(spare, spare + 1))
            cpu, wall = _cpu_seconds(), time.monotonic()
            done = work(function, clips(first, last))
            kept += done
            figures = {
                "clips": last - first,
                "cpu_seconds": _cpu_seconds() - cpu,
                "work_cpu_seconds": sum(seconds for _, seconds in done),
                "wall_seconds": time.monotonic() - wall,
                "start_cpu_seconds": start_cpu,
                "memory": _peak_memory(os.getpid()),
                "worker_memory": max((_peak_memory(child.pid) for child in _children()), default=0),
            }
            _say(json.dumps({name: round(value, 6) for name, value in figures.items()}), sys.stdout)


def _into(home: Path) -> Function:
    context = RunContext(settings=Settings(home=home), workspace=home / "workspace", run_id="bench")
    return partial(curate_clip, context)


@contextmanager
def _way(how: str) -> Iterator[Callable[[Function, Iterator[tuple[str, Path]]], list[Done]]]:
    if how == "loop":
        yield lambda function, clips: [function(clip) for _, clip in clips]
        return
    with ENGINES[how].build() as engine:

        def work(function: Function, clips: Iterator[tuple[str, Path]]) -> list[Done]:
            results = engine.process(function, clips)
            return [result.value or _fail(f"{how}: {result}") for result in results]

        yield work


def _fail(what: str) -> NoReturn:
    raise SystemExit(what)


@contextmanager
def _drivers(ways: tuple[str, ...]) -> Iterator[dict[str, subprocess.Popen[str]]]:
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": paths}
    homes = Path(tempfile.mkdtemp(dir=CACHE))
    drivers: dict[str, subprocess.Popen[str]] = {}
    try:
        for way in ways:
            command = [sys.executable, __file__, "--drive", way, str(homes / way)]
            drivers[way] = subprocess.Popen(
                command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1
            )
        for driver in drivers.values():
            _ask(driver, len(list((CACHE / "clips").rglob("*.mp4"))) - WARM_UP)
            _told(driver)
        yield drivers
    finally:
        for driver in drivers.values():
            if driver.stdin:
                driver.stdin.close()
            driver.wait()
        shutil.rmtree(homes)


def _ask(driver: subprocess.Popen[str], *words: int) -> None:
    assert driver.stdin
    driver.stdin.write(" ".join(map(str, words)) + "\n")


def _told(driver: subprocess.Popen[str]) -> Chunk:
    assert driver.stdout
    line = driver.stdout.readline()
    if not line:
        raise SystemExit("a driver ended early")
    return {} if line == "ready\n" else json.loads(line)


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _cpu_seconds() -> float:
    """Return the processor seconds of this process and of all that it started and that live."""
    return time.process_time() + sum(_cpu_of(child.pid) for child in _children())


def _cpu_of(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | 2)  # a process's clock as clock_getcpuclockid(3) names it


def _peak_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024.0 for line in lines if line.startswith("VmHWM:")), 0.0)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def _say(text: str, stream: Any = sys.stderr) -> None:
    print(text, file=stream, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
