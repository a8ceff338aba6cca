"""Shots of a rendered cartoon against the boundaries its renderer wrote down."""

import json
from pathlib import Path

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_film
from tasks.curation.shots import DetectedShot, detect_shots


def is_found(boundary: dict[str, int | str], shots: tuple[DetectedShot, ...]) -> bool:
    """A cut counts within one frame, a dissolve anywhere among its blended frames."""
    first, end = int(boundary["start_frame"]), int(boundary["end_frame"])
    last = max(first, end - 1)
    return any(
        shot.transition_in == boundary["transition"] and first - 1 <= shot.start_frame <= last + 1 for shot in shots
    )


def test_cuts_and_dissolves_of_a_cartoon_are_found(tmp_path: Path) -> None:
    film = render_film(tmp_path, 30, ToonboxConfig(width=192, height=144, min_seconds=10, max_seconds=14))
    truth = json.loads((tmp_path / f"{film.name}.cuts.json").read_text())["boundaries"]
    shots = detect_shots(tmp_path / film.video).shots[1:]
    missed = [boundary for boundary in truth if not is_found(boundary, shots)]
    assert {boundary["transition"] for boundary in truth} == {"cut", "dissolve"}
    assert len(missed) <= 1
    assert len(shots) <= len(truth)
