"""Which stories and references a person is shown: a seeded draw, spread over films and over what the gates said."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from pegbar.dataset import Dataset
from pegbar.digests import digest_of
from pegbar.records import Record
from pegbar.tables import Row, TableName
from tasks.studio.review.questions import ReviewKind


class ReviewItem(Record):
    """Something a person may be asked about.

    Args:
        stratum: what the gates said of it, in a word or two. is_kept: whether it is in the dataset to be learnt from.
        is_told: whether its story has a script.
    """

    item_kind: ReviewKind
    item_id: str
    film_id: str
    stratum: str
    is_kept: bool
    is_told: bool = True


class ReviewSample(Record):
    """What was drawn, stories first; `digest` names the draw."""

    dataset_digest: str
    seed: int
    items: tuple[ReviewItem, ...]

    @property
    def digest(self) -> str:
        """Name the draw by its contents."""
        return digest_of(self)


def draw_sample(dataset: Dataset, num_stories: int, num_references: int, seed: int) -> ReviewSample:
    """Draw stories, and references with characters that got none.

    Every stratum gives as many as any other while it can, and within it every film.
    """
    items = review_items(dataset)
    stories = [item for item in items if item.item_kind == "story"]
    pictures = [item for item in items if item.item_kind != "story"]
    drawn = spread(stories, num_stories, seed) + spread(pictures, num_references, seed)
    return ReviewSample(dataset_digest=dataset.digest, seed=seed, items=tuple(drawn))


def review_items(dataset: Dataset) -> list[ReviewItem]:
    """Return every story, every reference, and every character whose references were all refused."""
    stories = _rows(dataset, "stories", "story_id", "film_id", "is_annotated", "kept")
    films = {row["story_id"]: row["film_id"] for row in stories}
    refused = _refused(dataset)
    items = [_story(row) for row in stories]
    pictured = set()
    for row in _rows(dataset, "references", "reference_id", "character_id", "story_id"):
        pictured.add(row["character_id"])
        is_kept = ("reference", row["reference_id"]) not in refused
        stratum = "reference kept" if is_kept else "reference rejected"
        items.append(_picture("reference", row["reference_id"], films[row["story_id"]], stratum, is_kept))
    for row in _rows(dataset, "characters", "character_id", "story_id"):
        name = row["character_id"]
        if name not in pictured and ("character", name) in refused:
            items.append(_picture("character", name, films[row["story_id"]], "no reference", False))
    return items


def spread(items: Iterable[ReviewItem], number: int, seed: int) -> list[ReviewItem]:
    """Draw up to `number` items, one of each stratum in turn and, within a stratum, one of each film in turn.

    What is kept comes first. The order depends on the seed and the ids alone: a larger draw begins with a smaller one.
    """

    def lot(text: str) -> str:
        return digest_of([seed, text])

    strata: dict[tuple[bool, str], dict[str, list[ReviewItem]]] = defaultdict(lambda: defaultdict(list))
    for item in sorted(items, key=lambda item: lot(item.item_id)):
        strata[not item.is_kept, item.stratum][item.film_id].append(item)
    queues = [
        _in_turn([films[film] for film in sorted(films, key=lot)]) for _, films in sorted(strata.items())
    ]  # fmt: skip
    return _in_turn(queues)[:number]


def _in_turn(queues: Sequence[Sequence[ReviewItem]]) -> list[ReviewItem]:
    return [item for turn in zip_longest(*queues) for item in turn if item is not None]


def _story(row: Row) -> ReviewItem:
    is_kept = bool(row["is_annotated"] and row["kept"])
    stratum = "not annotated" if not row["is_annotated"] else "story kept" if row["kept"] else "story rejected"
    return ReviewItem(
        item_kind="story",
        item_id=row["story_id"],
        film_id=row["film_id"],
        stratum=stratum,
        is_kept=is_kept,
        is_told=row["is_annotated"],
    )


def _picture(kind: ReviewKind, item_id: str, film_id: str, stratum: str, is_kept: bool) -> ReviewItem:
    return ReviewItem(item_kind=kind, item_id=item_id, film_id=film_id, stratum=stratum, is_kept=is_kept)


def _refused(dataset: Dataset) -> set[tuple[str, str]]:
    """Return (kind, id) of references and characters that a gate did not keep."""
    rows = _rows(dataset, "decisions", "item_kind", "item_id", "outcome")
    kinds = ("reference", "character")
    return {
        (row["item_kind"], row["item_id"]) for row in rows if row["item_kind"] in kinds and row["outcome"] != "kept"
    }


def _rows(dataset: Dataset, table: TableName, *columns: str) -> list[Row]:
    rows: list[Row] = dataset.table(table).select(list(columns)).to_pylist()
    return rows
