"""Shots of a rendered cartoon against the boundaries its renderer wrote down."""

import json
from pathlib import Path

from shot_matching import Edge, counts_of, true_edges

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_film
from tasks.curation.detection.fusion import FusionConfig, fuse
from tasks.curation.detection.shots import score_frames

SEED = 0  # five kinds of boundaries, three lightnings and a freeze
NUM_BOUNDARIES = 8


def test_every_kind_of_boundary_of_a_cartoon_is_found_and_nothing_else(tmp_path: Path) -> None:
    config = ToonboxConfig(width=192, height=144, fps=12, min_seconds=20, max_seconds=40)
    film = render_film(tmp_path, SEED, config)
    truth = json.loads((tmp_path / f"{film.name}.cuts.json").read_text())
    true = true_edges(truth)
    assert {edge.kind for edge in true} == {"cut", "dissolve", "fade", "wipe", "flash"}
    assert {item["kind"] for item in truth["distractors"]} == {"lightning", "freeze"}

    table = score_frames(tmp_path / film.video)
    (tmp_path / film.video).unlink()  # what follows decodes nothing
    found = [Edge(edge.kind, edge.frame, edge.start, edge.end) for edge in fuse(table, FusionConfig())]
    assert counts_of(true, found, 1).f1 == 1.0
    assert [edge.kind for edge in found] == [edge.kind for edge in true]
    assert len(found) == NUM_BOUNDARIES
