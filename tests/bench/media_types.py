"""Score every film whose media type is known, as it is and re-encoded, with the card in use and one that never saw it.

Run by hand: ``PYTHONPATH=.:tests:tests/bench .venv/bin/python tests/bench/media_types.py``; writes
docs/media_type_benchmark.json.
"""

import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from drawn_styles import read_photograph
from filter_page import write_page
from media_fit import Example, fitted, held_out
from media_sources import Source, sources, variants

from models.media_types.cues import film_cues
from models.media_types.score_card import SCORE_CARD
from pegbar.media import frames
from tasks.curation.sampler import Sampler, SamplingConfig

ROOT = Path(__file__).parent.parent.parent
RESULT = ROOT / "docs" / "media_type_benchmark.json"
LOWER, UPPER = 0.2, 0.88
NUM_PICTURES = 16


def main() -> None:
    """Measure, write the JSON, and the page again."""
    cv2.setNumThreads(1)
    found, missing = sources()
    seconds: list[float] = []
    examples = [example for source in found for example in _examples(source, seconds)]
    unseen = held_out(examples)
    rows = [_row(example, score) for example, score in zip(examples, unseen, strict=True)]
    result = {
        "commit": subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip(),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "lower": LOWER,
        "upper": UPPER,
        "card_in_use": SCORE_CARD.model_dump(),
        "card_fitted_here": fitted(examples).model_dump(),
        "cpu_seconds_per_film": round(sum(seconds) / len(seconds), 3),
        "missing": missing,
        "summary": {
            f"{variants_said}, {how}": _summary([row for row in rows if names is None or row["variant"] in names], how)
            for variants_said, names in (("as is", {"as is"}), ("all variants", None))
            for how in ("score", "held_out")
        },
        "films": rows,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    write_page()


def _examples(source: Source, seconds: list[float]) -> list[Example]:
    with tempfile.TemporaryDirectory() as folder:
        film = source.write(Path(folder))
        return [
            example
            for place, (variant, path) in enumerate(variants(film, Path(folder)))
            if (example := _example(source, variant, path, Path(folder) / str(place), seconds)) is not None
        ]


def _example(source: Source, variant: str, film: Path, folder: Path, seconds: list[float]) -> Example | None:
    folder.mkdir()
    sampler = Sampler(folder, SamplingConfig())
    for frame in frames(film):
        sampler.accept(frame)
    count = min(NUM_PICTURES, len(sampler.samples))
    places = ((np.arange(count) + 0.5) * len(sampler.samples) / count).astype(int)
    paths = [folder / sampler.samples[place].path for place in places]
    pictures = [read_photograph(path) for path in paths]
    begun = time.process_time()
    cues = film_cues(pictures)
    seconds.append(time.process_time() - begun)
    return None if cues is None else Example(source, variant, cues)


def _row(example: Example, unseen: float) -> dict[str, Any]:
    return {
        "film": example.source.name,
        "kind": example.source.kind,
        "variant": example.variant,
        "score": round(SCORE_CARD.score(example.cues), 3),
        "held_out": round(unseen, 3),
        "cues": {name: round(value, 3) for name, value in asdict(example.cues).items()},
    }


def _summary(rows: Sequence[dict[str, Any]], how: str) -> dict[str, float]:
    """Return how well `animation` is found where a score of UPPER keeps a film and one of LOWER rejects it."""
    drawn = [row[how] for row in rows if row["kind"] == "animation"]
    live = [row[how] for row in rows if row["kind"] == "live action"]
    kept, false = sum(score >= UPPER for score in drawn), sum(score >= UPPER for score in live)
    return {
        "films": len(rows),
        "precision": kept / max(1, kept + false),
        "recall": kept / max(1, len(drawn)),
        "live_rejected": sum(score <= LOWER for score in live) / max(1, len(live)),
        "uncertain": sum(LOWER < score < UPPER for score in drawn + live),
        "animation_rejected": sum(score <= LOWER for score in drawn),
    }


if __name__ == "__main__":
    main()
