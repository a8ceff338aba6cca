"""Measure what curation takes of a disk: by step, at its peak, and with hard links beside copies.

Run by hand (``python tests/bench/space.py [FILM ...]``); writes docs/space_benchmark.json. Every film is curated in a
home of its own, no gate in its way; then all of them in one home and versioned in one workspace, with links and with
copies in turns. The disk's own word (allocated blocks, each file once however many names it has) counts.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
RESULT = ROOT / "docs" / "space_benchmark.json"
NUM_REPEATS = 1
NUM_DRAWN, SEED = 2, 50
SAMPLE_SECONDS = 0.25


def main() -> None:
    """Measure every film named, or the drawn ones, and write the result down."""
    with tempfile.TemporaryDirectory() as folder:
        films = [Path(name).absolute() for name in sys.argv[1:]] or drawn_films(Path(folder) / "films")
        alone = [one_film(Path(folder) / f"alone{number}", film) for number, film in enumerate(films)]
        turns = [(links, whole_home(Path(folder) / "home", films, links)) for links in [True, False] * NUM_REPEATS]
    result = {
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GiB",
        "repeats": NUM_REPEATS,
        "films": alone,
        "ratios": ratios_of(alone),
        "homes": {name: _medians([home for links, home in turns if links == wanted]) for name, wanted in HOMES.items()},
    }
    links, copies = (result["homes"][name] for name in HOMES)
    result["saved"] = {
        "bytes_share": round(1 - links["disk_bytes"] / copies["disk_bytes"], 3),
        "cpu_seconds_share": round(1 - links["cpu_seconds"] / copies["cpu_seconds"], 3),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(json.dumps({name: result[name] for name in ("ratios", "homes", "saved")}, indent=2) + "\n")


HOMES = {"links": True, "copies": False}


def drawn_films(folder: Path) -> list[Path]:
    """Draw films of a quarter of a minute."""
    from pegbar.toonbox.config import ToonboxConfig
    from pegbar.toonbox.film import render_film

    config = ToonboxConfig(width=854, height=480, fps=24, min_seconds=12, max_seconds=18)
    folder.mkdir()
    return [folder / render_film(folder, SEED + number, config).video for number in range(NUM_DRAWN)]


def one_film(home: Path, film: Path) -> dict[str, Any]:
    """Curate one film in a home of its own; return what each step keeps and what scratch takes at its peak."""
    from pegbar.lineage import Lineage
    from pegbar.media import probe
    from tasks.curation.config import CurateConfig

    info, size = probe(film), film.stat().st_size
    with opened(home, links=True) as artifacts, watched(home / "scratch") as peak:
        pack([film], artifacts, CurateConfig())
        steps: Counter[str] = Counter()
        for manifest in Lineage.of(artifacts.store).manifests.values():
            steps[manifest.step] += sum(output.size_bytes for output in manifest.outputs)
        kept = sum(member.size_bytes for member in artifacts.store.list_members())
    shutil.rmtree(home)
    return {
        "name": film.name,
        "size": f"{info.width}x{info.height}",
        "seconds": round(info.duration_seconds, 2),
        "source_bytes": size,
        "step_bytes": dict(sorted(steps.items())),
        "store_bytes": kept,
        "scratch_peak_bytes": peak[0],
    }


def whole_home(home: Path, films: list[Path], links: bool) -> dict[str, float]:
    """Curate all films into a versioned workspace; return processor seconds, children's too, and what the disk says."""
    from pegbar.workspace import Workspace
    from tasks.curation.assemble import assemble
    from tasks.curation.config import CurateConfig

    workspace = Workspace.create(home.with_name("ws"))
    with opened(home, links) as artifacts:
        started = _cpu_seconds()
        groups = pack(films, artifacts, CurateConfig())
        assemble(artifacts, workspace, groups, CurateConfig())
        workspace.commit_version("All")
        seconds = _cpu_seconds() - started
    places = {"home": home, "workspace": workspace.root}
    found = {f"{name}_bytes": disk_bytes(root) for name, root in places.items()}
    found |= {"disk_bytes": disk_bytes(home, workspace.root), "cpu_seconds": seconds}
    for root in places.values():
        shutil.rmtree(root)
    return found


def pack(films: list[Path], artifacts: Any, config: Any) -> list[Any]:
    """Curate films in this process and pack their groups."""
    from small_films import NO_CALLS

    from tasks.curation.film import curate_film, see_film
    from tasks.curation.filters import FiltersConfig
    from tasks.curation.pack import pack_group
    from tasks.curation.sources.ingest import ingest

    config = config.but(filters=FiltersConfig(rules=()))
    groups: dict[str, list[Any]] = {}
    for film in ingest(artifacts, [str(film) for film in films], licence="x", owner="me", config=config.source):
        groups.setdefault(film.group, []).append(
            curate_film(artifacts, see_film(artifacts, film, config), config, NO_CALLS)
        )
    return [pack_group(artifacts, group, parts) for group, parts in sorted(groups.items())]


@contextmanager
def opened(home: Path, links: bool) -> Iterator[Any]:
    """Give a home's artifacts, its store with or without links."""
    from pegbar.settings import Settings
    from pegbar.store import LocalStoreConfig
    from tasks.context import RunContext

    settings = Settings(home=home, store=LocalStoreConfig(root=home / "store", links=links))
    home.mkdir(parents=True, exist_ok=True)
    with RunContext(settings=settings, workspace=home.with_name("ws"), run_id="bench").open() as artifacts:
        yield artifacts


@contextmanager
def watched(folder: Path) -> Iterator[list[int]]:
    """Note the largest size of a folder while the block lasts, files with another name elsewhere left out."""
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], disk_bytes(folder, max_names=1))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def disk_bytes(*folders: Path, max_names: int | None = None) -> int:
    """Return what files take of the disk, each once however many names it has."""
    found: dict[tuple[int, int], int] = {}
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in names:
                try:
                    entry = (Path(root) / name).lstat()
                except FileNotFoundError:
                    continue
                if max_names is None or entry.st_nlink <= max_names:
                    found[entry.st_dev, entry.st_ino] = entry.st_blocks * 512
    return sum(found.values())


def ratios_of(films: list[dict[str, Any]]) -> dict[str, float]:
    """Return the medians over films that a forecast starts from."""
    kept = [(film["store_bytes"] - film["source_bytes"]) / film["source_bytes"] for film in films]
    scratch = [film["scratch_peak_bytes"] / film["seconds"] for film in films]
    pack = [film["step_bytes"]["pack"] / film["source_bytes"] for film in films]
    return {
        "kept_bytes_per_source_byte": round(statistics.median(kept), 3),
        "dataset_bytes_per_source_byte": round(statistics.median(pack), 3),
        "scratch_peak_bytes_per_film_second": round(statistics.median(scratch)),
    }


def _cpu_seconds() -> float:
    return sum(os.times()[:4])


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
