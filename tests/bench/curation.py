"""Measure the seeing half of curation on a film of 1920x1080: processor seconds beside decoding alone.

Run by hand (``make bench``, or ``python tests/bench/curation.py [FILM ...]``); writes docs/curation_benchmark.json.
Each measurement runs in a fresh process, in turns, so that a busy machine is busy for all of them alike. Processor
seconds are user and system time over all threads, start-up left out of the first table.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent.parent
RESULT = ROOT / "docs" / "curation_benchmark.json"
CACHE = Path(tempfile.gettempdir()) / "pegbar-bench"
WARM_UP = "warm-up.mp4"
NUM_REPEATS = 5
SEED = 40
EXTRACT_EVERY_SECONDS, EXTRACT_WIDTH = 0.5, 640  # what the survey keeps
DETECTORS = ("ContentDetector", "AdaptiveDetector", "HistogramDetector", "ThresholdDetector")
BACKENDS = ("pyav", "opencv")
MAX_SURVEY_TO_DECODE, MIN_PASSES_TO_SURVEY = 1.5, 3.0


def main() -> None:
    """Measure every film named, or the drawn one, and write the result down."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure_one(sys.argv[2], Path(sys.argv[3]))))  # noqa: T201 - read by the parent
        return
    write_warm_up()
    films = [Path(name).absolute() for name in sys.argv[1:]] or [drawn_film()]
    result = {
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GiB",
        "repeats": NUM_REPEATS,
        "films": [measure_film(film) for film in films],
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    for film in result["films"]:
        show(film)


def drawn_film() -> Path:
    """Return some twenty seconds of toonbox at 1920x1080, drawn once and kept in the temporary folder."""
    from pegbar.toonbox.config import ToonboxConfig
    from pegbar.toonbox.film import render_film

    config = ToonboxConfig(width=1920, height=1080, fps=24, min_seconds=20, max_seconds=21)
    return CACHE / render_film(CACHE, SEED, config).video


def write_warm_up() -> None:
    """Write a film of a second, on which every import happens before the clock starts."""
    import numpy as np

    from pegbar.media import write_video

    CACHE.mkdir(exist_ok=True)
    write_video(CACHE / WARM_UP, [np.full((144, 256, 3), 8 * index, np.uint8) for index in range(24)], Fraction(24))


def measure_film(film: Path) -> dict[str, Any]:
    """Return every measurement of one film."""
    from pegbar.media import probe

    info = probe(film)
    runs: dict[str, list[dict[str, float]]] = defaultdict(list)
    for number in range(NUM_REPEATS):
        for name in WORK:
            _say(f"{film.name}: {number + 1} of {NUM_REPEATS}, {name}")
            runs[name].append(in_a_process(name, film))
    passes = {name: _medians(measured) for name, measured in runs.items()}
    return {
        "name": film.name,
        "size": f"{info.width}x{info.height}",
        "codec": info.video_codec,
        "num_frames": info.num_frames,
        "seconds": round(info.duration_seconds, 2),
        "passes": passes,
        "ratios": ratios(passes),
        "steps_cpu_seconds_per_film_minute": steps_of(film, info.duration_seconds / 60),
    }


def ratios(passes: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return what the issue asks for, in processor seconds."""
    cpu = {name: figures["cpu_seconds"] for name, figures in passes.items()}
    found = {"survey to decode": cpu["survey"] / cpu["decode"]}
    for backend in BACKENDS:
        apart = cpu[f"extract frames, {backend}"] + sum(cpu[f"{detector}, {backend}"] for detector in DETECTORS)
        found[f"separate passes to survey, {backend}"] = apart / cpu["survey"]
    return {name: round(ratio, 2) for name, ratio in found.items()}


def in_a_process(name: str, film: Path) -> dict[str, float]:
    """Run one measurement in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, str(film)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure_one(name: str, film: Path) -> dict[str, float]:
    """Do one piece of work in this process, after the same on a film of a second: imports and the disk do not count."""
    work = WORK[name]()
    work(CACHE / WARM_UP)
    film.read_bytes()
    cpu, wall = _cpu_seconds(), time.monotonic()
    work(film)
    return {"cpu_seconds": _cpu_seconds() - cpu, "wall_seconds": time.monotonic() - wall}


def decode() -> Callable[[Path], None]:
    """Decode every frame with one thread and look at none: what every other figure is compared with."""
    import av

    def work(film: Path) -> None:
        with av.open(str(film)) as container:
            container.streams.video[0].codec_context.thread_count = 1
            for _ in container.decode(video=0):
                pass

    return work


def survey() -> Callable[[Path], None]:
    """Shots, pixel filters, thumbnails and sampled frames, as curation does them."""
    from tasks.curation.survey import SurveyConfig, survey_film

    def work(film: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            survey_film(film, Path(folder), 0, SurveyConfig())

    return work


def detect_with(detector: str, backend: str) -> Callable[[], Callable[[Path], None]]:
    """PySceneDetect by its own API, one detector."""

    def prepare() -> Callable[[Path], None]:
        import scenedetect

        kind = getattr(scenedetect, detector)
        return lambda film: _ignore(scenedetect.detect(str(film), kind(), backend=backend))

    return prepare


def extract_with(backend: str) -> Callable[[], Callable[[Path], None]]:
    """Pictures at regular times as JPEG, read by PySceneDetect's stream of frames."""

    def prepare() -> Callable[[Path], None]:
        import cv2
        import scenedetect

        def work(film: Path) -> None:
            with tempfile.TemporaryDirectory() as folder:
                stream = scenedetect.open_video(str(film), backend=backend)
                width, height = stream.frame_size
                size = (EXTRACT_WIDTH, round(EXTRACT_WIDTH * height / width))
                due = 0.0
                while (picture := stream.read()) is not False:
                    if stream.position.seconds >= due:
                        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
                        cv2.imwrite(f"{folder}/{stream.frame_number}.jpg", small)
                        due += EXTRACT_EVERY_SECONDS

        return work

    return prepare


WORK: dict[str, Callable[[], Callable[[Path], None]]] = {
    "decode": decode,
    "survey": survey,
    **{f"{detector}, {backend}": detect_with(detector, backend) for backend in BACKENDS for detector in DETECTORS},
    **{f"extract frames, {backend}": extract_with(backend) for backend in BACKENDS},
}


def steps_of(film: Path, minutes: float) -> dict[str, float]:
    """Run the real curation of one film, no gate in its way; return each step's processor seconds per film-minute.

    Children are counted with their start-up. Scorers are parts of the step ``measure``.
    """
    from pegbar.settings import Settings
    from tasks.calls import calls_of
    from tasks.context import RunContext
    from tasks.curation.config import CurateConfig
    from tasks.curation.film import curate_film, see_film
    from tasks.curation.filters import FiltersConfig
    from tasks.curation.pack import pack_group
    from tasks.curation.sources.ingest import ingest

    config = CurateConfig(filters=FiltersConfig(rules=()))
    seconds: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as home, _recorded(seconds):
        context = RunContext(settings=Settings(home=Path(home)), workspace=Path(home) / "ws", run_id="bench")
        with context.open() as artifacts:
            before = _cpu_seconds()
            (taken,) = ingest(artifacts, [str(film)], licence="CC0-1.0", owner="bench", config=config.source)
            seconds["ingest"] = _cpu_seconds() - before
            parts = curate_film(
                artifacts, see_film(artifacts, taken, config), config, calls_of(artifacts, context.settings)
            )
            pack_group(artifacts, taken.group, [parts])
    return {name: round(used / minutes, 2) for name, used in seconds.items()}


@contextmanager
def _recorded(seconds: dict[str, float]) -> Iterator[None]:
    """Add up the processor time of every step of curation and of every scorer."""
    import importlib
    import pkgutil

    import tasks.curation.scorers as scorers
    from pegbar.artifacts import Artifacts

    run = Artifacts.run

    def timed_run(self: Artifacts, step: Any, *arguments: Any) -> Any:
        before = _cpu_seconds()
        try:
            return run(self, step, *arguments)
        finally:
            seconds[step.name] += _cpu_seconds() - before

    kept: list[tuple[type[Any], Callable[..., Any]]] = []
    for module in pkgutil.iter_modules(scorers.__path__):
        for name, kind in vars(importlib.import_module(f"{scorers.__name__}.{module.name}")).items():
            if isinstance(kind, type) and name.endswith("Scorer") and kind.__module__.endswith(f".{module.name}"):
                kept.append((kind, kind.score))
                kind.score = _timed_score(kind.score, f"measure: {module.name}", seconds)
    Artifacts.run = timed_run  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Artifacts.run = run  # type: ignore[method-assign]
        for kind, score in kept:
            kind.score = score


def _timed_score(score: Callable[..., Any], label: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(self: Any, view: Any) -> list[Any]:
        before = _cpu_seconds()
        found = list(score(self, view))
        seconds[label] += _cpu_seconds() - before
        return found

    return timed


def show(film: dict[str, Any]) -> None:
    """Print one film's tables for a person."""
    lines = [f"{film['name']}, {film['size']}, {film['num_frames']} frames, {film['seconds']} s"]
    lines += [
        f"  {name:32s} {figures['cpu_seconds']:7.2f} cpu s {figures['wall_seconds']:7.2f} wall s"
        for name, figures in film["passes"].items()
    ]
    lines += [f"  {name:44s} {ratio:6.2f}" for name, ratio in film["ratios"].items()]
    lines += ["  processor seconds per film-minute"]
    lines += [f"    {name:32s} {used:8.2f}" for name, used in film["steps_cpu_seconds_per_film_minute"].items()]
    is_within = film["ratios"]["survey to decode"] <= MAX_SURVEY_TO_DECODE and all(
        ratio >= MIN_PASSES_TO_SURVEY for name, ratio in film["ratios"].items() if name.startswith("separate")
    )
    lines += [
        f"  {'within' if is_within else 'NOT WITHIN'} the bounds {MAX_SURVEY_TO_DECODE} and {MIN_PASSES_TO_SURVEY}"
    ]
    print("\n".join(lines))  # noqa: T201 - a script for a person


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of every figure, and how far processor time spread."""
    cpu = sorted(run["cpu_seconds"] for run in runs)
    return {
        "cpu_seconds": round(statistics.median(cpu), 3),
        "cpu_lowest": round(cpu[0], 3),
        "cpu_highest": round(cpu[-1], 3),
        "wall_seconds": round(statistics.median(run["wall_seconds"] for run in runs), 3),
    }


def _cpu_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _ignore(_: object) -> None:
    pass


def _say(what: str) -> None:
    print(what, file=sys.stderr)  # noqa: T201 - a script for a person


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
