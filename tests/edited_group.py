"""A group after some edits, opened: for tests of what edits do to tables and shards."""

import base64
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from clip_dataset import figure_mask

from pegbar.artifacts import Artifacts
from pegbar.media import frames
from pegbar.records import Decision
from pegbar.tables import TableName, read_tables, records_of
from tasks.curation.edits.config import EditConfig
from tasks.curation.edits.group import edit_group
from tasks.curation.edits.patch import AcceptedPatch
from tasks.curation.pack import PackedGroup
from tasks.curation.references.cutouts import png_bytes

STORY = "ab00000000000000-s000"
FRAME = 21  # of the story's second shot
MASK = base64.b64encode(png_bytes(figure_mask(FRAME).astype(np.uint8) * 255)).decode()


def shot(number: int) -> str:
    """The id of a shot of the first story."""
    return f"{STORY}-{number:04d}"


class Edited:
    """What became of a group."""

    def __init__(
        self, artifacts: Artifacts, group: PackedGroup, *edits: dict[str, Any], mask: str = MASK, author: str = "Ann"
    ) -> None:
        fields = {"dataset": "a" * 64, "author": author, "reason": "By eye.", "edits": edits}
        patch = AcceptedPatch.model_validate({"patch": fields, "masks": {"m.png": mask}})
        self.group, self.refused = edit_group(artifacts, group, list(patch.signed()), EditConfig())
        self.folder = artifacts.fetch(artifacts.load(self.group.key))
        self.files: dict[str, bytes] = {}
        if (self.folder / "shard.tar").is_file():
            with tarfile.open(self.folder / "shard.tar") as tar:
                self.files = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]

    def rows(self, name: TableName) -> dict[str, Any]:
        path = self.folder / "tables" / f"{name}.parquet"
        found = records_of(read_tables([path], name), name) if path.is_file() else []
        return {getattr(row, next(iter(type(row).model_fields))): row for row in found}

    def decisions(self) -> dict[str, tuple[str, str]]:
        decisions: list[Decision] = records_of(
            read_tables([self.folder / "tables/decisions.parquet"], "decisions"), "decisions"
        )
        return {one.item_id: (one.outcome, one.reason) for one in decisions if one.gate == "edit"}

    def pictures(self, name: str, folder: Path) -> list[Any]:
        (folder / name).write_bytes(self.files[name])
        return [frame.rgb for frame in frames(folder / name)]
