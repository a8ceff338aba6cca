"""Kill -9 at seeded random times over a curation, again and again: the dataset must come out the same, byte for byte.

Run by ``make chaos``, or ``python tests/chaos/curation_kills.py --kills 30 --seed 5 --workers 1``; writes
docs/chaos_curation.json. Each killed run is begun again by the same command until one comes to its end before its kill;
then its home is looked at, emptied, and the next run begins. Only kills that hit count.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from chaos.curation_home import CurationHome, kill, write_films  # noqa: E402

from pegbar.services import find_endpoints  # noqa: E402

RESULT = ROOT / "docs" / "chaos_curation.json"
STAGING = Path(".dvc") / "tmp" / "pegbar-staging"


@dataclass(frozen=True)
class Undisturbed:
    """What a run leaves that nobody kills, and how long it takes."""

    seconds: float
    files: dict[str, str]
    stored: dict[str, str]
    working: set[str]


@dataclass
class Kill:
    """One kill that hit.

    Args:
        run: which run it hit, counted from 1. seconds: after its process began; `share` of an undisturbed run's.
        at: the task it hit. begun: the steps that were under way. repeated: those of them that were then made again.
    """

    run: int
    seconds: float
    share: float
    at: str
    begun: dict[str, str]
    repeated: tuple[str, ...] = ()


def undisturbed_of(home: CurationHome) -> Undisturbed:
    """Run once without a kill, on servers that run already, and look at what is there then."""
    seconds = home.finish()
    found = Undisturbed(seconds, home.files(), home.stored(), home.working())
    home.forget()
    return found


def shoot(home: CurationHome, undisturbed: Undisturbed, num_kills: int, seed: int) -> Iterator[list[Kill]]:
    """Kill so many times, with runs to the end in between; give the kills of each run that ended and was looked at."""
    random_times = random.Random(seed)
    of_run: list[Kill] = []
    run, left = 1, num_kills
    while left or of_run:
        process = home.begin()
        seconds = random_times.uniform(0, undisturbed.seconds)
        if left:
            time.sleep(seconds)
        at = kill(process, home.root / "log") if left else None
        if at is not None:
            of_run.append(Kill(run, seconds, seconds / undisturbed.seconds, at, under_way(home)))
            left -= 1
            continue
        assert process.wait() == 0, home.said()
        look_at(home, undisturbed, of_run)
        yield of_run
        home.forget()
        run, of_run = run + 1, []


def look_at(home: CurationHome, undisturbed: Undisturbed, kills: list[Kill]) -> None:
    """Require that the run left what an undisturbed one leaves, and note which steps its kills cost."""
    assert home.files() == undisturbed.files
    home.workspace.dataset().verify()
    assert len(home.workspace.versions()) == 1
    _require_same_store(home, undisturbed, len(kills))
    _require_no_litter(home, undisturbed, kills)
    _require_nothing_running(home)
    _count_repeated(home, kills)


def under_way(home: CurationHome) -> dict[str, str]:
    """Return the key and name of every step that is begun and not ended; the first name is the step's own."""
    begun: dict[str, str] = {}
    if (home.home / "journal.db").is_file():
        for attempt in home.attempts():
            if attempt.outcome is None:
                begun.setdefault(attempt.key, attempt.step)
    return begun


def _require_same_store(home: CurationHome, undisturbed: Undisturbed, num_kills: int) -> None:
    aside = [path for path in home.stored() if path.endswith(".part")]
    assert len(aside) <= num_kills * home.settings.engine.num_workers, aside
    assert home.settings.effective_store.build().abort_stale_uploads(0) == len(aside)
    assert home.stored() == undisturbed.stored


def _require_no_litter(home: CurationHome, undisturbed: Undisturbed, kills: list[Kill]) -> None:
    """Require that nothing more lies about than always, but for the working folders of steps that a kill hit."""
    root = home.workspace.root
    assert [*root.rglob(".*.part"), *root.glob(str(STAGING)), *(home.home / "scratch").glob("films/*")] == []
    hit = {key for shot in kills for key in shot.begun}
    assert home.working() <= undisturbed.working | hit


def _require_nothing_running(home: CurationHome) -> None:
    """Require one completed run; or more, where a kill hit a process that had done all but exit."""
    with home.journal() as journal:
        runs = journal.runs()
        assert {run.outcome for run in runs} == {"completed"}
        assert [attempt for attempt in journal.attempts() if attempt.outcome is None] == []
    for run in runs:
        wanted = {"flow_runs": {"tags": {"all_": [f"pegbar-run:{run.run_id}"]}}}
        states = {found["state_type"] for found in prefect_of(home, "flow_runs/filter", wanted)}
        assert "COMPLETED" in states and states <= {"COMPLETED", "CRASHED"}, states


def _count_repeated(home: CurationHome, kills: list[Kill]) -> None:
    attempts = home.attempts()
    with home.journal() as journal:
        own = {row.key: row.step for row in journal.steps()}
    tries = Counter(attempt.key for attempt in attempts if attempt.step == own.get(attempt.key))
    made = Counter(
        attempt.key for attempt in attempts if attempt.step == own.get(attempt.key) and attempt.outcome == "completed"
    )
    assert set(made.values()) <= {1}, "a step that was done was done again"
    again = {key for key, number in tries.items() if number > 1}
    for shot in kills:
        shot.repeated = tuple(step for key, step in shot.begun.items() if key in again)
        assert len(shot.repeated) <= home.settings.engine.num_workers, shot
    assert again <= {key for shot in kills for key in shot.begun}, "a step was repeated that no kill interrupted"


def prefect_of(home: CurationHome, path: str, body: dict[str, Any]) -> Any:
    """Ask the home's Prefect server."""
    import httpx

    endpoints = find_endpoints(home.settings)
    secret = endpoints.environment().get("PREFECT_API_AUTH_STRING") or os.environ["PREFECT_API_AUTH_STRING"]
    user, _, password = secret.partition(":")
    answer = httpx.post(f"{endpoints.prefect_api_url}/{path}", json=body, auth=(user, password), timeout=30)
    return answer.raise_for_status().json()


def main() -> None:
    """Kill as often as asked, and write down where each kill hit and what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULT)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pegbar-chaos-") as folder:
        root = Path(folder)
        home = CurationHome(root, write_films(root / "films")).prepare(wanted.workers)
        try:
            home.finish()  # the first run of a home starts its servers
            home.forget()
            undisturbed = undisturbed_of(home)
            kills: list[Kill] = []
            for of_run in shoot(home, undisturbed, wanted.kills, wanted.seed):
                kills += of_run
                _write(wanted, undisturbed, kills)
        finally:
            home.stop()


def _write(wanted: argparse.Namespace, undisturbed: Undisturbed, kills: list[Kill]) -> None:
    result = {
        "commit": subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip(),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "seed": wanted.seed,
        "num_workers": wanted.workers,
        "undisturbed_seconds": round(undisturbed.seconds, 1),
        "num_files": len(undisturbed.files),
        "num_kills": len(kills),
        "num_runs": kills[-1].run if kills else 0,
        "all_byte_identical": True,
        "most_steps_repeated_by_a_kill": max((len(shot.repeated) for shot in kills), default=0),
        "steps_repeated": sum(len(shot.repeated) for shot in kills),
        "kills": [_row(shot) for shot in kills],
    }
    wanted.out.write_text(json.dumps(result, indent=2) + "\n")
    places = Counter(shot.at for shot in kills)
    repeated = result["steps_repeated"]
    sys.stdout.write(f"{len(kills)} kills, all byte-identical; {repeated} steps repeated; hit {dict(places)}\n")
    sys.stdout.flush()


def _row(shot: Kill) -> dict[str, Any]:
    row = asdict(shot) | {"seconds": round(shot.seconds, 2), "share": round(shot.share, 3)}
    return row | {"begun": sorted(shot.begun.values())}


if __name__ == "__main__":
    main()
