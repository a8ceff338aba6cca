"""Groups of films that nobody drew: real tables and shards of any size, for what only moves and counts bytes."""

import json
import random
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from small_dataset import FILM_ID, small_rows, write_card

from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset
from pegbar.shards import ShardWriter
from pegbar.steps import Facts
from pegbar.tables import TABLES, Row, TableName, write_rows
from tasks.curation.pack import STEP, PackConfig, PackedGroup, shard_name

MEMBERS = {"shots": (("clip", "mp4"),), "references": (("image", "png"), ("mask", "mask.png"))}
Tables = dict[TableName, list[Row]]


@dataclass(frozen=True)
class WrittenFilm:
    """A film of two stories of three shots; another `take` has other bytes and tells another story."""

    film_id: str
    take: int = 0
    name: str = "tiny.mp4"
    source: str = "tiny.mp4"
    licence: str = "CC0-1.0"
    clip_bytes: int = 64

    @property
    def group(self) -> str:
        return self.film_id[:2]

    def rows(self) -> Tables:
        rows: Tables = json.loads(json.dumps(small_rows()).replace(FILM_ID, self.film_id))
        rows["films"][0] |= {"name": self.name, "source": self.source, "licence": self.licence}
        rows["stories"][0]["storyline"] = f"Take {self.take}."
        return rows


def by_group(films: Iterable[WrittenFilm]) -> Iterator[tuple[str, list[WrittenFilm]]]:
    """Yield each group and its films, both in order."""
    for group, some in groupby(sorted(films, key=lambda film: film.film_id), key=lambda film: film.group):
        yield group, list(some)


def write_files(folder: Path, group: str, films: list[WrittenFilm]) -> dict[TableName, int]:
    """Write a group as packing lays it out; return its rows per table."""
    rows: Tables = {name: [] for name in TABLES}
    with ShardWriter(folder / "shard.tar", shard_name(group)) as writer:
        for film in films:
            chance = random.Random(f"{film.film_id} {film.take}")
            for name, some in film.rows().items():
                for row in some:
                    for prefix, suffix in MEMBERS.get(name, ()):
                        content = chance.randbytes(film.clip_bytes if suffix == "mp4" else 64)
                        member = writer.add(f"{row[name.removesuffix('s') + '_id']}.{suffix}", content)
                        row |= {f"{prefix}_{column}": value for column, value in member.model_dump().items()}
                rows[name] += some
    for name, some in rows.items():
        if some:
            write_rows(folder / "tables" / f"{name}.parquet", name, some)
    return {name: len(some) for name, some in rows.items()}


def write_group(artifacts: Artifacts, group: str, films: list[WrittenFilm]) -> PackedGroup:
    """Make a group an artifact, or find that done."""

    def make(folder: Path) -> Facts:
        return {f"num_{name}": number for name, number in write_files(folder, group, films).items()}

    manifest, _ = artifacts.run(
        STEP, {"group": group} | {film.film_id: str(film) for film in films}, PackConfig(), make
    )
    return PackedGroup(
        group=group, key=manifest.key, digest=manifest.digest, num_films=len(films), num_retryable=0, num_refused=0
    )


def write_dataset(root: Path, films: Iterable[WrittenFilm]) -> Dataset:
    """Lay films out as a dataset."""
    counts = dict.fromkeys(TABLES, 0)
    for group, some in by_group(films):
        folder = root / "group"
        folder.mkdir(parents=True)
        for name, number in write_files(folder, group, some).items():
            counts[name] += number
        (root / "shards").mkdir(exist_ok=True)
        (folder / "shard.tar").rename(root / "shards" / shard_name(group))
        for table in (folder / "tables").iterdir():
            (root / "tables" / table.stem).mkdir(parents=True, exist_ok=True)
            table.rename(root / "tables" / table.stem / f"{group}.parquet")
        shutil.rmtree(folder)
    write_card(root, counts)
    return Dataset(root)
