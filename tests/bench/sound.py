"""Measure what is heard: speech and music, second by second, on sounds whose truth is known.

Run by hand: ``python tests/bench/sound.py``; writes docs/sound_benchmark.json. A second is speech (music) in truth
where at least half of it is, and is not where none of it is; a second in between is not counted. The verdict is that
of the gates `audio_speech` and `audio_music` at the second's middle. Seeds, voices and languages of the held-out half
were never looked at while thresholds were set.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from drawn_sounds import EFFECTS, MUSIC  # noqa: E402
from sound_cases import SoundCase, Spans, other_case, spoken_case, toonbox_case  # noqa: E402
from spoken import has_espeak  # noqa: E402

from models.voice_detectors import SileroConfig  # noqa: E402
from pegbar.media import read_audio  # noqa: E402
from tasks.curation.sound.analysis import analysed  # noqa: E402
from tasks.curation.sound.gates import AudioGatesConfig, longest_seconds, music_rows, speech_rows  # noqa: E402
from tasks.curation.sound.music import MusicConfig  # noqa: E402
from tasks.curation.sound.table import ROW_SAMPLES, ROW_SECONDS, SoundTable  # noqa: E402

NUM_FILMS = 40
GROUNDS = ("toonbox effects", "toonbox music", "toonbox effects and music", "other effects", "other music")
LEVELS_DB = (15.0, 5.0, 0.0)
# (language, variant, words a minute, pitch)
Voice = tuple[str, str, int, int]
TUNING_VOICES: tuple[Voice, ...] = (
    ("en", "", 170, 50), ("de", "+f3", 150, 60), ("fr", "+m7", 200, 30), ("ru", "", 160, 50), ("cmn", "+f2", 170, 50),
)  # fmt: skip
HELD_OUT_VOICES: tuple[Voice, ...] = (
    ("en", "+f5", 240, 80), ("es", "", 220, 50), ("it", "+f4", 130, 50), ("pl", "+m3", 170, 40),
    ("pt", "+f1", 180, 60), ("hi", "+m1", 160, 50), ("tr", "+f2", 190, 50),
)  # fmt: skip
# What the spectrograms of the real films show: strings and orchestra, then a fall and knocks, then plucking.
REAL: dict[str, tuple[str, Spans]] = {
    "big_buck_bunny": ("big_buck_bunny_480p_30s.mp4", ((0.0, 20.0), (23.0, 30.0))),
    "chaplin": ("chaplin_live_action.mp4", ((0.0, 9.6),)),
}

DETECTOR, MUSIC_CONFIG = SileroConfig().build(), MusicConfig()


@dataclass
class Tally:
    """Right and wrong verdicts on seconds."""

    right: int = 0
    missed: int = 0
    false: int = 0
    rejected: int = 0

    def add(self, found: bool, true: bool) -> None:
        """Count one second."""
        self.right += found and true
        self.missed += true and not found
        self.false += found and not true
        self.rejected += not found and not true

    def figures(self) -> dict[str, Any]:
        """Return the usual figures; None where there is nothing to divide by."""
        true, untrue, found = self.right + self.missed, self.false + self.rejected, self.right + self.false
        recall, spared = _share(self.right, true), _share(self.rejected, untrue)
        return {
            "seconds_true": true,
            "seconds_untrue": untrue,
            "precision": _share(self.right, found),
            "recall": recall,
            "spared": spared,
            "accuracy": _share(self.right + self.rejected, true + untrue),
            "balanced_accuracy": None if recall is None or spared is None else round((recall + spared) / 2, 4),
        }


def main() -> None:
    """Make the sounds, hear them, and write the file."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        halves = {
            "tuning": _measured(list(cases(Path(scratch), 0, TUNING_VOICES))),
            "held_out": _measured(list(cases(Path(scratch), 90_000, HELD_OUT_VOICES))),
        }
        stories = story_verdicts([toonbox_case(seed, Path(scratch)) for seed in range(95_000, 95_000 + NUM_FILMS)])
    report = {
        "command": "python tests/bench/sound.py",
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "unit": "one second; true where at least half of it is, untrue where none of it is",
        "seeds": {"tuning": [0, NUM_FILMS - 1], "held_out": [90_000, 90_000 + NUM_FILMS - 1]},
        "voices": {"tuning": TUNING_VOICES, "held_out": HELD_OUT_VOICES},
        "gates": AudioGatesConfig().model_dump(),
        **halves,
        "story_verdicts": stories,
        "real films": _measured(list(real_cases(ROOT.parent / "shared" / "films")))["music"],
    }
    (ROOT / "docs" / "sound_benchmark.json").write_text(json.dumps(report, indent=1) + "\n")


def cases(folder: Path, first_seed: int, voices: tuple[Voice, ...]) -> Iterator[SoundCase]:
    """Yield one half's sounds."""
    for seed in range(first_seed, first_seed + NUM_FILMS):
        yield toonbox_case(seed, folder)
    for kind in (*MUSIC, *EFFECTS):
        for seed in range(first_seed, first_seed + 5):
            yield other_case(kind, seed)
    for number, voice in enumerate(voices if has_espeak() else ()):
        yield spoken_case(voice, "nothing", 0.0, 0)
        for place, ground in enumerate(GROUNDS):
            for level in LEVELS_DB:
                yield spoken_case(voice, ground, level, first_seed + 7 * number + place)


def real_cases(folder: Path) -> Iterator[SoundCase]:
    """Yield the real films' sound, where they are."""
    for name, (file, music) in REAL.items():
        if (folder / file).is_file():
            track = read_audio(folder / file, 16_000, num_channels=1)
            assert track is not None
            yield SoundCase("real", name, track.samples[0], (), music)


def _measured(heard: list[SoundCase]) -> dict[str, Any]:
    """Return figures of speech and of music, by who made it and what it is heard over."""
    tallies: dict[str, dict[str, Tally]] = {"speech": defaultdict(Tally), "music": defaultdict(Tally)}
    gates = AudioGatesConfig()
    for case in heard:
        table = hear(case)
        found = {"speech": speech_rows(table, gates), "music": music_rows(table, gates)}
        for kind, spans in (("speech", case.speech), ("music", case.music)):
            for second in range(int(len(case.samples) / 16_000)):
                true = _covered(spans, second)
                if 0.0 < true < 0.5:
                    continue
                verdict = bool(found[kind][round((second + 0.5) / ROW_SECONDS)])
                for group in _groups(case, kind):
                    tallies[kind][group].add(verdict, true >= 0.5)
    return {kind: {name: tally.figures() for name, tally in sorted(by.items())} for kind, by in tallies.items()}


def story_verdicts(films: list[SoundCase]) -> dict[str, Any]:
    """Return how often whole films of toonbox get the verdict that the same bounds give on their true stretches."""
    gates = AudioGatesConfig()
    found: dict[str, list[tuple[float, float]]] = {"speech": [], "music": []}
    for film in films:
        table = hear(film)
        for kind, rows, spans in (
            ("speech", speech_rows(table, gates) & (table.voice >= gates.min_voice), film.speech),
            ("music", music_rows(table, gates), film.music),
        ):
            true = np.zeros(table.num_rows, bool)
            for start, end in spans:
                true[round(start / ROW_SECONDS) : round(end / ROW_SECONDS)] = True
            found[kind].append((longest_seconds(true, gates), longest_seconds(rows, gates)))
    bounds = {"speech": gates.max_speech_seconds, "music": gates.max_music_seconds}
    return {
        kind: {
            "films": len(pairs),
            "agree": sum((true > bounds[kind]) == (heard > bounds[kind]) for true, heard in pairs),
            "median_error_seconds": round(float(np.median([abs(true - heard) for true, heard in pairs])), 2),
        }
        for kind, pairs in found.items()
    }


def _groups(case: SoundCase, kind: str) -> Iterator[str]:
    """Yield what a case counts under. Sounds nobody speaks in are negatives of espeak-ng's voice too."""
    if kind == "speech":
        if case.group == "toonbox":
            yield "toonbox's voice"
        else:
            yield "espeak-ng"
        if case.group == "espeak-ng":
            yield f"espeak-ng: {case.name.split(' over ')[1]}"
    else:
        yield "all" if case.group != "real" else case.name
        yield {"espeak-ng": "under and without speech", "toonbox": "toonbox", "other": "other synthesis"}.get(
            case.group, "real"
        )
        if case.group == "other":
            yield f"other synthesis: {case.name}"


def hear(case: SoundCase) -> SoundTable:
    """Return the rows of a case's sound."""
    rows = -(-len(case.samples) // ROW_SAMPLES)
    return analysed(case.samples, np.ones(rows, np.float32), np.zeros(rows, np.float32), DETECTOR, MUSIC_CONFIG)


def _covered(spans: Spans, second: int) -> float:
    covered = sum(max(0.0, min(end, second + 1) - max(start, second)) for start, end in spans)
    return min(1.0, covered)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
