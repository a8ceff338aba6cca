"""Measure shot detection: every detector, the fusion and TransNetV2 from one survey of films whose cuts are known.

Run by hand: ``python tests/bench/shots.py --films 40``; writes docs/shot_benchmark.md and .json. Films are rendered
once into a cache; with ``--keep-tables`` their tables of frames are read instead of decoding again.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import psutil

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from shot_matching import GRADUAL, Counts, Edge, counts_of, f1_interval, matched, true_edges  # noqa: E402

from models.shot_models import TransNetConfig  # noqa: E402
from pegbar.media import DecodeConfig  # noqa: E402
from pegbar.toonbox.config import ToonboxConfig  # noqa: E402
from pegbar.toonbox.film import render_film  # noqa: E402
from tasks.curation.detection.detector_cuts import DetectorCutsConfig, detector_cuts  # noqa: E402
from tasks.curation.detection.detector_scores import DetectorsConfig  # noqa: E402
from tasks.curation.detection.fusion import FusionConfig, fuse  # noqa: E402
from tasks.curation.detection.shots import model_boundaries, score_frames  # noqa: E402
from tasks.curation.frame_table import FrameTable  # noqa: E402

FIRST_SEED = 90_000  # held out: thresholds were set on the seeds 0 to 39
SIZES = ((12, 192, 144), (24, 192, 144), (12, 288, 216), (24, 256, 192))
BLEMISHES = ((), (), ("subtitles",), ("logo",), (), (), ("letterbox",), ("variable-rate",))
FINDERS = ("fusion", "transnet", "content", "adaptive", "histogram", "threshold")
KINDS = ("cut", *GRADUAL, "")


@dataclass(frozen=True)
class Case:
    """One film: its name, its truth, its distractors, whether blemished, and what each finder found."""

    name: str
    true: list[Edge]
    distractors: list[dict[str, Any]]
    is_clean: bool
    found: dict[str, list[Edge]]


def main() -> None:
    """Render, survey, match, and write both files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=40)
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--cache", type=Path, default=Path(".pegbar/shot_benchmark"))
    parser.add_argument("--real", type=Path, default=ROOT.parent / "shared" / "films")
    parser.add_argument("--keep-tables", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    drawn = [_drawn(options.seed + index, options.cache, options.keep_tables) for index in range(options.films)]
    real = [_real(*item, options.cache, options.keep_tables) for item in _real_films(options.real)]
    result = {
        "command": f"python tests/bench/shots.py --films {options.films} --seed {options.seed}",
        "seeds": [options.seed, options.seed + options.films - 1],
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GiB",
        "fusion_version": FusionConfig().version,
        "cuts_version": DetectorCutsConfig().version,
        "toonbox": {name: _report(group) for name, group in _groups(drawn)},
        "real": [_real_report(case) for case in real],
    }
    (ROOT / "docs" / "shot_benchmark.json").write_text(json.dumps(result, indent=1) + "\n")
    (ROOT / "docs" / "shot_benchmark.md").write_text(_page(result))


def _groups(drawn: list[Case]) -> Iterator[tuple[str, list[Case]]]:
    yield "all", drawn
    yield "clean", [case for case in drawn if case.is_clean]
    yield "blemished", [case for case in drawn if not case.is_clean]


def _drawn(seed: int, cache: Path, keep: bool) -> Case:
    fps, width, height = SIZES[seed % len(SIZES)]
    blemishes = BLEMISHES[seed % len(BLEMISHES)]
    config = ToonboxConfig(width=width, height=height, fps=fps, min_seconds=20, max_seconds=40, blemishes=blemishes)
    film = render_film(cache / str(seed), seed, config)
    truth = json.loads((cache / str(seed) / f"{film.name}.cuts.json").read_text())
    table = _table(cache / str(seed) / film.video, cache / str(seed) / "frames.parquet", keep)
    return Case(str(seed), true_edges(truth), truth["distractors"], not blemishes, _found(table))


def _real_films(folder: Path) -> Iterator[tuple[Path, list[int]]]:
    if folder.is_dir():
        cuts = json.loads((folder / "cuts.json").read_text())
        yield folder / "big_buck_bunny_480p_30s.mp4", cuts["big_buck_bunny_480p_30s.mp4"]["cuts"]
        yield (
            folder / "anim_director_32" / "film.mp4",
            json.loads((folder / "anim_director_32/film.cuts.json").read_text()),
        )
        yield folder / "chaplin_live_action.mp4", []


def _real(film: Path, cuts: list[int], cache: Path, keep: bool) -> Case:
    name = film.stem if film.stem != "film" else film.parent.name
    table = _table(film, cache / f"{name}.parquet", keep)
    return Case(name, [Edge("cut", frame, frame, frame) for frame in cuts], [], True, _found(table))


def _table(film: Path, path: Path, keep: bool) -> FrameTable:
    if not (keep and path.exists()):
        score_frames(film, DetectorsConfig(shot_model=TransNetConfig()), DecodeConfig(num_threads=1)).write(path)
    return FrameTable.read(path)


def _found(table: FrameTable) -> dict[str, list[Edge]]:
    found = {
        name: [Edge.at(frame) for frame in cuts] for name, cuts in detector_cuts(table, DetectorCutsConfig()).items()
    }
    model = model_boundaries(table, DetectorCutsConfig())
    fused = fuse(table, FusionConfig())
    return {
        **found,
        "transnet": [Edge("", edge.frame, edge.start, edge.end) for edge in model],
        "fusion": [Edge(edge.kind, edge.frame, edge.start, edge.end) for edge in fused],
    }


def _report(cases: list[Case]) -> dict[str, Any]:
    return {
        "films": len(cases),
        "boundaries": Counter(edge.kind for case in cases for edge in case.true),
        "scores": {name: {kind or "all": _scores(cases, name, kind) for kind in KINDS} for name in FINDERS},
        "false_positives": {name: _false_positives(cases, name) for name in FINDERS},
        "mean_edge_error_frames": {name: _edge_error(cases, name) for name in ("fusion", "transnet")},
    }


def _scores(cases: list[Case], finder: str, kind: str) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    for tolerance in (0, 1):
        films = [counts_of(case.true, case.found[finder], tolerance, kind) for case in cases]
        whole = sum(films, Counts())
        scores[f"tolerance_{tolerance}"] = {
            "f1": round(whole.f1, 4),
            "interval": [round(edge, 4) for edge in f1_interval(films)],
            "precision": round(whole.precision, 4),
            "recall": round(whole.recall, 4),
            "hits": whole.hits,
            "extra": whole.extra,
            "missed": whole.missed,
        }
    return scores


def _false_positives(cases: list[Case], finder: str) -> dict[str, int]:
    """Count what matches nothing by the distractor it lies in, within one frame; "other" lies in none."""
    counts: Counter[str] = Counter()
    for case in cases:
        hits = {other for _, other in matched(case.true, case.found[finder], 1)}
        for number, edge in enumerate(case.found[finder]):
            if number not in hits:
                counts[_distractor(edge, case.distractors)] += 1
    return dict(sorted(counts.items()))


def _distractor(edge: Edge, distractors: list[dict[str, Any]]) -> str:
    for item in distractors:
        if edge.start <= item["end_frame"] + 1 and edge.end >= item["start_frame"] - 1:
            return str(item["kind"])
    return "other"


def _edge_error(cases: list[Case], finder: str) -> float:
    """Return by how many frames the ends of gradual transitions are off where they are found, on average."""
    errors = []
    for case in cases:
        for one, other in matched(case.true, case.found[finder], 1):
            true, found = case.true[one], case.found[finder][other]
            if true.kind != "cut":
                errors += [abs(found.start - true.start), abs(found.end - true.end)]
    return round(sum(errors) / max(1, len(errors)), 2)


def _real_report(case: Case) -> dict[str, Any]:
    counts = {name: counts_of(case.true, case.found[name], 1) for name in FINDERS}
    return {
        "film": case.name,
        "cuts": len(case.true),
        **{name: {"hits": one.hits, "extra": one.extra, "missed": one.missed} for name, one in counts.items()},
    }


def _page(result: dict[str, Any]) -> str:
    lines = [
        "# Shot benchmark",
        "",
        f"Reproduce: `{result['command']}` (commit {result['commit'][:12]}, {result['date']}, {result['machine']}).",
        f"Toonbox films with the held-out seeds {result['seeds'][0]} to {result['seeds'][1]}; thresholds were set on"
        " other seeds. Half of the films have subtitles, a logo, black bars or a variable frame rate.",
        "",
        "Boundaries are matched one to one. A cut must lie within the tolerance, in frames; what takes frames must"
        " overlap. The fusion must name the kind as well; the others name none, so that a match with another kind"
        " counts for neither side. In brackets: 95 % bootstrap interval over films.",
    ]
    for name, group in result["toonbox"].items():
        if group["films"]:
            lines += ["", f"## Toonbox, {name}: {group['films']} films", "", *_f1_table(group, 1)]
            lines += ["", "At tolerance 0:", "", *_f1_table(group, 0)] if name == "all" else []
    whole = result["toonbox"]["all"]
    lines += [
        "",
        "## Precision and recall, all kinds, tolerance 1",
        "",
        "| | precision | recall | F1 |",
        "|---|---|---|---|",
    ]
    for finder in FINDERS:
        score = whole["scores"][finder]["all"]["tolerance_1"]
        lines.append(f"| {finder} | {score['precision']:.3f} | {score['recall']:.3f} | {score['f1']:.3f} |")
    kinds = sorted({kind for counts in whole["false_positives"].values() for kind in counts})
    lines += [
        "",
        "## What is taken for a boundary and is none",
        "",
        f"| | {' | '.join(kinds)} |",
        "|---" * (len(kinds) + 1) + "|",
    ]
    for finder in FINDERS:
        counts = whole["false_positives"][finder]
        lines.append(f"| {finder} | {' | '.join(str(counts.get(kind, 0)) for kind in kinds)} |")
    errors = whole["mean_edge_error_frames"]
    lines += ["", f"Ends of gradual transitions are off by {errors['fusion']} frames (fusion) on average."]
    lines += [
        "",
        "## Real films: found / extra / missed within one frame",
        "",
        f"| film | cuts | {' | '.join(FINDERS)} |",
    ]
    lines.append("|---" * (len(FINDERS) + 2) + "|")
    for film in result["real"]:
        cells = (f"{film[name]['hits']} / {film[name]['extra']} / {film[name]['missed']}" for name in FINDERS)
        lines.append(f"| {film['film']} | {film['cuts']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _f1_table(group: dict[str, Any], tolerance: int) -> list[str]:
    heads = [
        f"{kind or 'all'} ({group['boundaries'].get(kind, 0) if kind else sum(group['boundaries'].values())})"
        for kind in KINDS
    ]
    lines = [f"| F1 | {' | '.join(heads)} |", "|---" * (len(KINDS) + 1) + "|"]
    for finder in FINDERS:
        scores = (group["scores"][finder][kind or "all"][f"tolerance_{tolerance}"] for kind in KINDS)
        cells = (f"{one['f1']:.3f} [{one['interval'][0]:.2f}, {one['interval'][1]:.2f}]" for one in scores)
        lines.append(f"| {finder} | {' | '.join(cells)} |")
    return lines


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
