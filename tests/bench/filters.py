"""Measure the filters on toonbox films that no threshold was tuned on, with and without blemishes, and on real films.

Run by hand: ``.venv/bin/python tests/bench/filters.py [FOLDER [FIRST_SEED NUM_FILMS]]``; FOLDER keeps the rendered
films. Writes docs/filter_benchmark.json and docs/filter_benchmark.md.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filter_page import write_page

from models.text_detectors import TextBox
from pegbar.media import probe
from pegbar.toonbox.config import Blemish, ToonboxConfig
from pegbar.toonbox.film import render_film
from tasks.curation.detection.shots import DetectedShot, ShotsConfig, shots_of
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import FrameTable
from tasks.curation.scorers.bars import find_bars
from tasks.curation.scorers.text import FilmText, TextConfig
from tasks.curation.survey import FRAMES, SurveyConfig, read_survey, survey_film

ROOT = Path(__file__).parent.parent.parent
REAL_FILMS = ROOT.parent / "shared" / "films"
FIRST_SEED, NUM_FILMS = 90_064, 16
MAX_SECONDS = 30.0
MIN_SUBTITLES, MIN_PROLOGUE, MIN_IOU = 0.05, 0.5, 0.4
BLEMISHES: tuple[tuple[Blemish, ...], ...] = (
    (), ("subtitles",), ("logo",), ("letterbox",), ("subtitles", "logo"), ("subtitles", "letterbox"),
    ("logo", "letterbox"), ("subtitles", "logo", "letterbox"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One film as the scorers see it, bars cropped, and what is true of it."""

    name: str
    view: FilmView
    texts: dict[str, Any]


@dataclass
class Tally:
    """Right and wrong answers to one question."""

    right: int = 0
    false: int = 0
    missed: int = 0
    rejected_rightly: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, found: bool, true: bool) -> None:
        """Count one answer."""
        self.right += found and true
        self.false += found and not true
        self.missed += true and not found
        self.rejected_rightly += not found and not true
        if found != true:
            self.wrong.append(f"{name}: {'false' if found else 'missed'}")

    def figures(self) -> dict[str, Any]:
        """Return precision, recall and the counts behind them."""
        claimed, true = self.right + self.false, self.right + self.missed
        return {
            "precision": round(self.right / claimed, 4) if claimed else None,
            "recall": round(self.right / true, 4) if true else None,
            "positives": true,
            "negatives": self.false + self.rejected_rightly,
            "wrong": self.wrong[:20],
        }


def main(folder: Path, first_seed: int, num_films: int) -> None:
    """Render, survey, measure, and write both files."""
    cases = [*toonbox_cases(folder, first_seed, num_films), *real_cases(folder)]
    results = {name: measure(cases) for name, measure in MEASURES.items()}
    report = {
        "command": f".venv/bin/python tests/bench/filters.py FOLDER {first_seed} {num_films}",
        "seeds": f"{first_seed}-{first_seed + num_films - 1}",
        "commit": _git("rev-parse", "--short", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "films": [case.name for case in cases],
        **results,
    }
    (ROOT / "docs" / "filter_benchmark.json").write_text(json.dumps(report, indent=1) + "\n")
    write_page()


def toonbox_cases(folder: Path, first_seed: int, num_films: int) -> Iterator[Case]:
    """Render films, each with the next choice of blemishes, and survey them."""
    for seed in range(first_seed, first_seed + num_films):
        blemishes = BLEMISHES[seed % len(BLEMISHES)]
        films = folder / ("-".join(blemishes) or "clean")
        film = render_film(films, seed, ToonboxConfig(blemishes=blemishes, max_seconds=MAX_SECONDS))
        texts = json.loads((films / f"{film.name}.text.json").read_bytes())
        name = f"{film.name} ({', '.join(blemishes) or 'clean'})"
        yield Case(name, surveyed(films / film.video, folder / "surveys" / film.name), texts)


def real_cases(folder: Path) -> Iterator[Case]:
    """Survey the real films, where they are; nothing is laid over them, and none has cards."""
    for path in sorted(REAL_FILMS.rglob("*.mp4")) if REAL_FILMS.is_dir() else ():
        name = path.parent.name if path.stem == "film" else path.stem
        nothing: dict[str, Any] = {"subtitles": [], "logo": None, "cards": []}
        yield Case(name, surveyed(path, folder / "surveys" / name), nothing)


def surveyed(film: Path, folder: Path) -> FilmView:
    """Return a film's view, shots detected and bars cropped; its survey is kept in `folder`."""
    info = probe(film)
    if not (folder / FRAMES).exists():
        folder.mkdir(parents=True)
        survey_film(film, folder, info.num_frames, SurveyConfig())
    survey, table = read_survey(folder), FrameTable.read(folder / FRAMES)
    shots = shots_of(table, info, ShotsConfig()).shots
    view = FilmView(folder, info, table, survey.samples, survey.sound, shots)
    return replace(view, crop=find_bars(view).crop(info.width, info.height))


def measure_text(cases: Sequence[Case]) -> dict[str, Any]:
    """Subtitles by film and by sample, logos by film and by place, prologue and epilogue by shot; CPU time."""
    names = ("subtitles of films", "subtitles of samples", "logos of films", "logos in place", "prologue or epilogue")
    tallies = {name: Tally() for name in names}
    scorer, cpu, minutes = TextConfig().build(), 0.0, 0.0
    for case in cases:
        started = time.process_time()
        text = scorer.look(case.view)
        scores = {score.gate: score.value for score in scorer.scores(case.view, text) if score.item_kind == "film"}
        cpu += time.process_time() - started
        minutes += case.view.info.duration_seconds / 60
        cues = [cue for cue in case.texts["subtitles"] if _is_visible(_share(case, cue["box"]))]
        tallies[names[0]].add(case.name, (scores["subtitles"] or 0.0) > MIN_SUBTITLES, bool(cues))
        for number, reading in enumerate(text.readings):
            is_shown = any(cue["start_frame"] <= reading.sample.frame < cue["end_frame"] for cue in cues)
            name = f"{case.name} {reading.sample.seconds:.1f} s"
            tallies[names[1]].add(name, number in text.subtitled(), is_shown)
        _add_logos(case, text, tallies[names[2]], tallies[names[3]])
        for shot, value in zip(case.view.shots, text.prologue, strict=True):
            name = f"{case.name} shot {shot.index}"
            tallies[names[4]].add(name, (value or 0.0) >= MIN_PROLOGUE, _is_card(case, shot))
    return {
        "cpu_seconds_per_film_minute": round(cpu / minutes, 2),
        **{name: tally.figures() for name, tally in tallies.items()},
    }


def _add_logos(case: Case, text: FilmText, by_film: Tally, by_place: Tally) -> None:
    true = _share(case, case.texts["logo"]["box"]) if case.texts["logo"] else None
    found = [logo.box for logo in text.logos.logos or ()]
    by_film.add(case.name, bool(found), true is not None)
    hits = [box for box in found if true is not None and _iou(box, true) >= MIN_IOU]
    if true is not None:
        by_place.add(case.name, bool(hits), True)
    for _ in range(len(found) - len(hits)):
        by_place.add(case.name, True, False)


def _share(case: Case, box: Sequence[int]) -> TextBox:
    """Return a box in the film's pixels as shares of what the view shows."""
    crop = case.view.crop
    assert crop is not None
    left, top, width, height = box
    return TextBox(
        (left - crop.left) / crop.width, (top - crop.top) / crop.height, width / crop.width, height / crop.height
    )


def _is_visible(box: TextBox) -> bool:
    """Tell whether the crop leaves enough of a subtitle to be seen: half a line of two."""
    return box.overlap(TextBox(0.0, 0.0, 1.0, 1.0)) > box.area / 4


def _iou(one: TextBox, other: TextBox) -> float:
    both = one.overlap(other)
    return both / (one.area + other.area - both)


def _is_card(case: Case, shot: DetectedShot) -> bool:
    middle = (shot.start_frame + shot.end_frame - 1) // 2
    return any(card["start_frame"] <= middle < card["end_frame"] for card in case.texts["cards"])


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


# What is measured: a filter adds a function from the cases to its figures.
MEASURES: dict[str, Callable[[Sequence[Case]], dict[str, Any]]] = {"text": measure_text}


if __name__ == "__main__":
    seeds = [int(argument) for argument in sys.argv[2:4]] or [FIRST_SEED, NUM_FILMS]
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), *seeds)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch), *seeds)
