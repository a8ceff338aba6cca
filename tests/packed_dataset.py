"""A dataset on disk from curated films, without a workspace: for what reads real clips, pictures and annotations."""

import shutil
from pathlib import Path

from small_dataset import write_card

from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset
from pegbar.tables import TABLES
from tasks.curation.film import FilmParts
from tasks.curation.pack import pack_group, shard_name


def write_packed_dataset(artifacts: Artifacts, root: Path, parts: FilmParts) -> Dataset:
    """Pack one film as a group and lay it out as a dataset."""
    group = parts.item_id[:2]
    packed = artifacts.fetch(artifacts.load(pack_group(artifacts, group, [parts]).key))
    (root / "shards").mkdir(parents=True)
    shutil.copy(packed / "shard.tar", root / "shards" / shard_name(group))
    for table in sorted((packed / "tables").iterdir()):
        (root / "tables" / table.stem).mkdir(parents=True)
        shutil.copy(table, root / "tables" / table.stem / f"{group}.parquet")
    write_card(root, dict.fromkeys(TABLES, 0))
    return Dataset(root)
