"""The rows of a dataset that a review needs, read once and found by id."""

import re
from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from pegbar.dataset import Dataset
from pegbar.records import ItemKind
from pegbar.tables import Row, TableName
from tasks.studio.review.sample import ReviewSample

PLACE_OF_CUTOUT = r"-[rf][0-9]+$"  # what follows the character in the id of a reference, or of a frame tried
KEYS: tuple[tuple[TableName, str], ...] = (
    ("stories", "story_id"),
    ("references", "reference_id"),
    ("characters", "character_id"),
)


class ReviewRows:
    """What is known of the stories of a sample, and of the stories its references are of."""

    def __init__(self, dataset: Dataset, sample: ReviewSample) -> None:
        drawn = {item.item_id for item in sample.items}
        stories = {row["story_id"] for table, key in KEYS for row in _where(dataset, table, key, drawn)}
        self.films = {row["film_id"]: row["name"] for row in dataset.table("films").to_pylist()}
        self.stories = {row["story_id"]: row for row in _where(dataset, "stories", "story_id", stories)}
        self.shots = _grouped(_where(dataset, "shots", "story_id", stories), "index")
        self.characters = _grouped(_where(dataset, "characters", "story_id", stories), "character_id")
        self.scenes = _grouped(_where(dataset, "scenes", "story_id", stories), "scene_id")
        self.references = _grouped(_where(dataset, "references", "story_id", stories), "reference_id")
        self._decisions: dict[tuple[ItemKind, str], list[Row]] = defaultdict(list)
        for row in _where(dataset, "decisions", "item_id", self._decided(stories)):
            self._decisions[row["item_kind"], row["item_id"]].append(row)
        self._tried: dict[str, list[Row]] = defaultdict(list)
        for row in _tried(dataset, drawn | {one["character_id"] for rows in self.references.values() for one in rows}):
            self._tried[re.sub(PLACE_OF_CUTOUT, "", row["item_id"])].append(row)

    def decisions(self, kind: ItemKind, item_id: str) -> list[Row]:
        """Return every gate's word on an item, by gate."""
        return sorted(self._decisions[kind, item_id], key=lambda row: str(row["gate"]))

    def refusals(self, kind: ItemKind, item_id: str) -> list[Row]:
        """Return the words of the gates that did not keep an item."""
        return [row for row in self.decisions(kind, item_id) if row["outcome"] != "kept"]

    def verdicts(self, character_id: str) -> list[Row]:
        """Return the words on a character's cut-outs, references or not: refused ones first, by id and gate."""
        return sorted(
            self._tried[character_id], key=lambda row: (row["outcome"] == "kept", row["item_id"], row["gate"])
        )

    def _decided(self, stories: set[str]) -> set[str]:
        parts = ((self.shots, "shot_id"), (self.characters, "character_id"), (self.references, "reference_id"))
        return stories | {row[key] for rows, key in parts for story in rows.values() for row in story}


def _tried(dataset: Dataset, characters: Iterable[str]) -> list[Row]:
    table = dataset.table("decisions").filter(pc.field("item_kind") == "reference")
    owners = pc.replace_substring_regex(table["item_id"], PLACE_OF_CUTOUT, "")
    rows: list[Row] = table.filter(pc.is_in(owners, pa.array(sorted(characters), pa.string()))).to_pylist()
    return rows


def _where(dataset: Dataset, table: TableName, column: str, ids: Iterable[str]) -> list[Row]:
    wanted = pa.array(sorted(ids), pa.string())
    rows: list[Row] = dataset.table(table).filter(pc.field(column).isin(wanted)).to_pylist()
    return rows


def _grouped(rows: Iterable[Row], order: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[order]):
        groups[row["story_id"]].append(row)
    return groups
