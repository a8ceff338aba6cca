"""Measure near-duplicates on toonbox films that nothing was tuned on: shots shown again, and films copied.

Run by hand: ``.venv/bin/python tests/bench/duplicates.py [FIRST_SEED NUM_FILMS]``. Writes
docs/duplicate_benchmark.json. Every film gets three of its shots again at its end (re-encoded, in another light, at
half the size), and has three copies: re-encoded at crf 28, smaller and in another light, and trimmed at both ends.
"""

import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from filter_page import write_page
from numpy.typing import NDArray

from pegbar.media import EncodeConfig, frames, probe, write_video
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_film
from tasks.curation.detection.boundary import Boundary
from tasks.curation.detection.shots import shots_between
from tasks.curation.duplicate_films import find_duplicate_films
from tasks.curation.film_signature import FilmSignature, signature_of
from tasks.curation.film_view import FilmView
from tasks.curation.filters import FiltersConfig
from tasks.curation.frame_table import FrameTable
from tasks.curation.scorers.duplicates import DuplicatesConfig
from tasks.curation.survey import FRAMES, SurveyConfig, read_survey, survey_film

ROOT = Path(__file__).parent.parent.parent
FIRST_SEED, NUM_FILMS = 90_100, 10
COARSE = EncodeConfig().but(crf=28)
Pixels = NDArray[np.uint8]
Edit = Callable[[Pixels], Pixels]


def same(pixels: Pixels) -> Pixels:
    """Change nothing: the coarser encoding does."""
    return pixels


def relit(pixels: Pixels) -> Pixels:
    """Return the picture a little darker and warmer."""
    return np.clip(pixels * np.array([0.92, 0.85, 0.78]) + 6, 0, 255).astype(np.uint8)


def softened(pixels: Pixels) -> Pixels:
    """Return the picture as if it had been half its size in between."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def smaller(pixels: Pixels) -> Pixels:
    """Return the picture at 5/8 of its size, in another light."""
    height, width = pixels.shape[:2]
    return relit(cv2.resize(pixels, (width * 5 // 16 * 2, height * 5 // 16 * 2), interpolation=cv2.INTER_AREA))


EDITS: dict[str, Edit] = {"re-encoded": same, "relit": relit, "softened": softened}


def main() -> None:
    """Measure, write docs/duplicate_benchmark.json, and the page again."""
    first, count = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (FIRST_SEED, NUM_FILMS)
    shots = {"shown_again": 0, "found": 0, "natural": 0, "false": 0}
    signatures: list[FilmSignature] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            measure_film(Path(folder), seed, shots, signatures)
    copies = [signature.film_id for signature in signatures if "/" in signature.film_id]
    found = {item.film_id: item for item in find_duplicate_films(signatures)}
    right = [name for name in copies if name in found and found[name].like_film_id.split("/")[0] == name.split("/")[0]]
    result = {
        "command": f".venv/bin/python tests/bench/duplicates.py {first} {count}",
        "commit": subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip(),
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "shots": shots,
        "films": {"copies": len(copies), "found": len(right), "originals": count, "false": len(found) - len(right)},
    }
    (ROOT / "docs" / "duplicate_benchmark.json").write_text(json.dumps(result, indent=1) + "\n")
    write_page()


def measure_film(folder: Path, seed: int, shots: dict[str, int], signatures: list[FilmSignature]) -> None:
    """Render one film, count its shots that are found again, and add the signatures of it and of its copies."""
    film = render_film(folder, seed, ToonboxConfig().but(min_seconds=18.0, max_seconds=26.0))
    path = folder / film.video
    pictures = [frame.rgb for frame in frames(path)]
    truth = json.loads((folder / f"{film.name}.cuts.json").read_text())["boundaries"]
    edges = [0, *(boundary["frame"] for boundary in truth), len(pictures)]
    chosen = sorted(range(1, len(edges) - 2), key=lambda shot: edges[shot] - edges[shot + 1])[: len(EDITS)]
    longer = list(pictures)
    starts = edges[:-1]
    for shot, edit in zip(chosen, EDITS.values(), strict=True):
        starts.append(len(longer))
        longer += [edit(picture) for picture in pictures[edges[shot] : edges[shot + 1]]]
    view = looked_at(write(folder / f"{film.name}-again.mp4", longer, film.fps), starts)
    rule = FiltersConfig().rule("duplicate", "shot")
    assert rule is not None
    for score in DuplicatesConfig().build().score(view):
        is_again = (score.shot or 0) >= len(edges) - 1
        is_found = rule.decide(score, "shot", 1).outcome == "rejected"
        shots["shown_again" if is_again else "natural"] += 1
        shots["found" if is_again else "false"] += is_found
    third = len(pictures) // 8
    copies = {"coarse": pictures, "smaller": [smaller(p) for p in pictures], "trimmed": pictures[third:-third]}
    signatures.append(signature_of(film.name, looked_at(path, edges[:-1])))
    for name, content in copies.items():
        copy = looked_at(write(folder / f"{film.name}-{name}.mp4", content, film.fps), [0])
        signatures.append(signature_of(f"{film.name}/{name}", copy))


def write(path: Path, pictures: Sequence[Pixels], fps: int) -> Path:
    """Write a film, coarsely encoded."""
    write_video(path, pictures, Fraction(fps), None, COARSE)
    return path


def looked_at(path: Path, starts: Sequence[int]) -> FilmView:
    """Survey a film for real, in this process; its shots are given."""
    folder = path.with_suffix(".survey")
    folder.mkdir()
    info = probe(path)
    survey_film(path, folder, info.num_frames, SurveyConfig())
    table, found = FrameTable.read(folder / FRAMES), read_survey(folder)
    boundaries = [Boundary(start, "cut", start, start, 0.0) for start in starts[1:]]
    shots = shots_between(boundaries, table.seconds.tolist(), info.duration_seconds)
    return FilmView(folder=folder, info=info, frames=table, samples=found.samples, sound=found.sound, shots=shots)


if __name__ == "__main__":
    main()
