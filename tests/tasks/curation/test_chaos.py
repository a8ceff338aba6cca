"""The chaos corpus through the real curation: each file ends as it must and says why; its neighbours never notice."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from chaos_corpus import EXPECTED, MAX_FRAMES, build_chaos
from small_films import NO_CALLS, OPEN, context_of, write_small_film

from pegbar.media import MediaLimits
from tasks.curation.film import FilmParts, curate_film, see_film
from tasks.curation.shard import curate_films, see_films
from tasks.curation.sources.ingest import ingest

CONFIG = OPEN.but(facts=OPEN.facts.but(limits=MediaLimits(max_frames=MAX_FRAMES)))
NEIGHBOURS = ("aardvark.mp4", "zebra.mp4")
Decisions = dict[str, list[dict[str, Any]]]


def write_neighbours(folder: Path) -> None:
    for seed, name in enumerate(NEIGHBOURS):
        write_small_film(folder, name.removesuffix(".mp4"), (("Ruby",), ("Bluebell",)), seed=seed)


def curated_folder(home: Path, folder: Path) -> tuple[Decisions, dict[str, FilmParts]]:
    """Curate a folder as a flow does; return its decisions by file, and the parts of the good films."""
    context = context_of(home)
    with context.open() as artifacts:
        films = ingest(artifacts, [str(folder)], licence="CC0-1.0", owner="me", config=CONFIG.source)
    groups = curate_films(context, see_films(context, films, CONFIG), CONFIG)
    names = {film.item_id: film.source.partition("/")[2] for film in films}
    decisions: Decisions = defaultdict(list)
    with context.open() as artifacts:
        for group in groups:
            table = artifacts.fetch(artifacts.load(group.key)) / "tables" / "decisions.parquet"
            for row in pq.read_table(table).to_pylist():
                decisions[names.get(row["item_id"], row["item_id"])].append(row)
        good = {
            film.name: curate_film(artifacts, see_film(artifacts, film, CONFIG), CONFIG, NO_CALLS)
            for film in films
            if film.name in NEIGHBOURS
        }
    return decisions, good


@pytest.fixture(scope="module")
def chaos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Decisions, dict[str, FilmParts]]:
    root = tmp_path_factory.mktemp("chaos")
    build_chaos(root / "films")
    write_neighbours(root / "films")
    return curated_folder(root / "home", root / "films")


@pytest.mark.parametrize("name", EXPECTED, ids=ascii)
def test_each_file_ends_as_it_must_and_says_why(chaos: tuple[Mapping[str, Any], object], name: str) -> None:
    expected = EXPECTED[name]
    told = chaos[0][printed(name)]
    (found,) = (row for row in told if row["item_kind"] == "film" and row["gate"] == expected.gate)
    assert found["outcome"] == expected.outcome, found["reason"]
    assert expected.reason in found["reason"]
    failed = [row for row in told if row["outcome"].startswith("failed")]
    assert len(failed) == (expected.outcome != "kept"), failed


def printed(name: str) -> str:
    return name if name.isprintable() else ascii(name)[1:-1]


def test_neighbours_are_the_same_as_without_them(chaos: tuple[object, dict[str, FilmParts]], tmp_path: Path) -> None:
    write_neighbours(tmp_path / "films")
    _, alone = curated_folder(tmp_path / "home", tmp_path / "films")
    assert set(alone) == set(NEIGHBOURS)
    for name, parts in alone.items():
        assert parts.film is not None and parts.film.kept
        assert chaos[1][name].digests == parts.digests
        assert chaos[1][name].steps == parts.steps
