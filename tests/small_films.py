"""Drawn films of a few seconds with a script beside them, for curation from end to end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.clients import Calls
from pegbar.artifacts import Artifacts
from pegbar.calls import CallBudget, CallSettings, MemoryMeter
from pegbar.media import AudioTrack, write_video
from pegbar.settings import Settings
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.film import FilmParts, curate_film, see_film
from tasks.curation.filters import FiltersConfig
from tasks.curation.sources.ingest import ingest

WIDTH, HEIGHT, FPS, SHOT_FRAMES = 160, 120, 8, 16
FIGURES = {"Ruby": (210, 40, 50), "Bluebell": (50, 70, 200)}
GROUNDS = [((170, 210, 240), (120, 190, 110)), ((240, 220, 170), (150, 110, 80)), ((60, 60, 90), (90, 130, 120))]


NO_CALLS = Calls(
    settings=CallSettings(), folder=Path("/nowhere"), meter=MemoryMeter(CallBudget())
)  # no provider is set
OPEN = CurateConfig(filters=FiltersConfig(rules=()))  # these films are too small for any gate


def scene(number: int, frame: int, cast: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Draw one frame and the mask of everybody in it: flat scenery, round figures that walk and wave."""
    sky, ground = GROUNDS[number % len(GROUNDS)]
    pixels = np.full((HEIGHT, WIDTH, 3), sky, np.uint8)
    pixels[HEIGHT * 3 // 4 :] = ground
    cv2.rectangle(pixels, (4, 30), (22, 90), tuple(int(value * 0.8) for value in ground), -1)
    before = pixels.copy()
    for place, name in enumerate(cast):
        x = 80 + 60 * place - 30 * (len(cast) - 1) + 2 * (frame % SHOT_FRAMES)
        colour = FIGURES[name]
        cv2.ellipse(pixels, (x, 78), (17, 26), 0, 0, 360, colour, -1)
        cv2.circle(pixels, (x, 42), 18, tuple(min(255, value + 30) for value in colour), -1)
        cv2.line(pixels, (x + 15, 66), (x + 26, 58 - frame % 5), colour, 6)
        for eye in (-6, 6):
            cv2.circle(pixels, (x + eye, 40), 3, (20, 20, 20), -1)
    return pixels, (pixels != before).any(axis=2)


def write_small_film(
    folder: Path, name: str = "small", casts: tuple[tuple[str, ...], ...] = (("Ruby",), ("Ruby",)), seed: int = 0,
    with_script: bool = True,
) -> Path:  # fmt: skip
    """Write ``name.mp4``: one shot of two seconds per cast, a tone, and its script unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = [scene(seed + shot, frame, cast)[0] for shot, cast in enumerate(casts) for frame in range(SHOT_FRAMES)]
    seconds = len(frames) / FPS
    tone = np.sin(2 * np.pi * (220 + 20 * seed) * np.arange(int(8000 * seconds)) / 8000).astype(np.float32)[None]
    path = folder / f"{name}.mp4"
    write_video(path, frames, Fraction(FPS), AudioTrack(samples=0.2 * tone, sample_rate=8000))
    if with_script:
        (folder / f"{name}.script.json").write_text(json.dumps(script_of(casts)))
    return path


def script_of(casts: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    """Tell what `write_small_film` draws."""
    names = sorted({name for cast in casts for name in cast})
    words = {"Ruby": "A round red figure.", "Bluebell": "A round blue figure."}
    return {
        "storyline": "A figure walks.",
        "main characters": [{"ID": name, "appearance": words[name]} for name in names],
        "main scenes": [{"ID": "Field", "environment": "A field."}],
        "shots": [
            {
                "start time": f"00:{2 * shot:02d}.000", "end time": f"00:{2 * shot + 2:02d}.000",
                "main characters": list(cast), "scene": "Field", "plot": "It walks.", "caption": "A figure walks.",
            }
            for shot, cast in enumerate(casts)
        ],
    }  # fmt: skip


def context_of(home: Path, workspace: Path | None = None) -> RunContext:
    """Give the context of a run with its own home."""
    return RunContext(settings=Settings(home=home), workspace=workspace or home / "ws", run_id="run")


@contextmanager
def artifacts_of(home: Path) -> Iterator[Artifacts]:
    """Give the artifacts of a home."""
    with context_of(home).open() as artifacts:
        yield artifacts


def curated(artifacts: Artifacts, path: Path, config: CurateConfig = OPEN) -> FilmParts:
    """Take one film in and curate it."""
    (film,) = ingest(artifacts, [str(path)], licence="CC0-1.0", owner="me", config=config.source)
    return curate_film(artifacts, see_film(artifacts, film, config), config, NO_CALLS)
