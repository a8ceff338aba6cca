"""What curation kept of films before: bytes for each byte of a film, learnt from the store, or from a benchmark."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import Field

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.journal import StepRow
from pegbar.records import Record
from pegbar.tables import read_tables
from tasks.curation.clips import STEP as CLIPS
from tasks.curation.config import CurateConfig
from tasks.curation.pack import STEP as PACK

FILMS = "tables/films.parquet"
NUM_READERS = 16  # manifests at once: a store far away answers slowly and to many


class Experience(Record):
    """What becomes of a byte of a film.

    Args:
        steps: bytes that a film's steps keep in the store. dataset: bytes of it in a dataset.
        num_films: how many it was measured on; none: it is a benchmark's.
    """

    steps: float
    dataset: float
    num_films: int = 0


class ExperienceConfig(Config):
    """How it is learnt.

    Args:
        prior: where nothing was curated yet. docs/space_benchmark.json finds up to twice as much on films of 1 Mbit/s
            and less than half of it on films of 5.
        num_packs: the newest groups that are looked at.
    """

    prior: Experience = Experience(steps=1.5, dataset=0.75)
    num_packs: int = Field(default=32, ge=1)


def finished_films(artifacts: Artifacts, config: CurateConfig) -> set[str]:
    """Return the sha256 of films that need no more room: cut under this configuration already, or rejected before."""
    wanted = config.clips.model_dump(mode="json")
    finished: set[str] = set()
    for manifest in _read(
        artifacts, [row for row in artifacts.journal.steps(CLIPS.name) if row.version == CLIPS.version]
    ):
        if manifest["config"] == wanted:
            finished.add(manifest["inputs"]["film"])
    for manifest in _read(artifacts, artifacts.journal.steps(PACK.name)):
        inputs: dict[str, str] = manifest["inputs"]
        packed = {name.removesuffix("/film"): value for name, value in inputs.items() if name.endswith("/film")}
        finished.update(value for item, value in packed.items() if f"{item}/clips" not in inputs)
    return finished


def experience_of(artifacts: Artifacts, config: ExperienceConfig) -> Experience:
    """Learn from the newest groups whose artifacts are still there."""
    rows = artifacts.journal.steps()
    by_digest = {row.manifest_sha256: row for row in rows}
    source = steps = dataset = num_films = 0
    for pack in [row for row in reversed(rows) if row.step == PACK.name][: config.num_packs]:
        content = artifacts.store.read_manifest(pack.key)
        if content is None:
            continue
        manifest = Manifest.from_json(content)
        if all(output.path != FILMS for output in manifest.outputs):  # nothing in it could be read
            continue
        table = read_tables([artifacts.fetch(manifest, lambda path: path == FILMS) / FILMS], "films")
        source += sum(table["size_bytes"].to_pylist())
        num_films += table.num_rows
        dataset += sum(output.size_bytes for output in manifest.outputs)
        made = [by_digest[value] for value in set(manifest.inputs.values()) if value in by_digest]
        steps += sum(output["size_bytes"] for found in _read(artifacts, made) for output in found["outputs"])
    if not source:
        return config.prior
    return Experience(steps=steps / source, dataset=dataset / source, num_films=num_films)


def _read(artifacts: Artifacts, rows: Sequence[StepRow]) -> Iterator[dict[str, Any]]:
    with ThreadPoolExecutor(NUM_READERS) as readers:
        for content in readers.map(lambda row: artifacts.store.read_manifest(row.key), rows):
            if content is not None:
                yield json.loads(content)
