"""The reader of a curated dataset: typed tables, the training view, and any member by one range read.

``data/card.json`` lists every file with its digest; ``data/tables/<table>/<group>.parquet`` and
``data/shards/<group>-0000.tar`` hold the rest. A group is the first two hex digits of a film's id, so that a new film
rewrites only its own group.
"""

from collections import defaultdict
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pegbar.digests import digest_bytes, digest_file, digest_of
from pegbar.errors import IntegrityError, NotFoundError
from pegbar.records import Character, Decision, Film, Member, Record, Reference, Scene, Shot, Story
from pegbar.tables import TABLES, Row, TableName, member_of, read_tables, records_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

CARD_NAME = "card.json"


class DatasetCard(Record):
    """What a dataset version is: its files, where they came from, and the funnel that led to them.

    Args:
        files: path relative to the dataset -> sha256, for every table and shard.
        counts: rows per table.
        funnel: gate -> outcome -> number of items.
        licences: licence -> number of films under it.
        statistics: what drift is measured on (``mean_shot_seconds``, ``kept_share``, ...).
        config: the configuration itself; `config_digest` is its digest.
    """

    files: dict[str, str]
    counts: dict[str, int]
    funnel: dict[str, dict[str, int]]
    licences: dict[str, int]
    statistics: dict[str, float]
    config: dict[str, Any]
    config_digest: str
    code_version: str

    @property
    def digest(self) -> str:
        """Name the version by its contents: the digest over the files' digests."""
        return digest_of(self.files)


class ShotView(Record):
    """A shot and where its clip lies."""

    shot: Shot
    clip: Member


class ReferenceView(Record):
    """A reference picture (PNG cut-out on white) and its mask (PNG, 0 or 255)."""

    reference: Reference
    image: Member
    mask: Member


class StoryView(Record):
    """One training sample: a story with its captioned shots in order, its cast, scenes and references."""

    story: Story
    shots: tuple[ShotView, ...]
    characters: tuple[Character, ...]
    scenes: tuple[Scene, ...]
    references: tuple[ReferenceView, ...]


class Dataset:
    """A dataset version on disk, read-only.

    Args:
        root: the workspace's ``data/`` folder.

    Raises:
        NotFoundError: there is no card.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        path = root / CARD_NAME
        if not path.is_file():
            raise NotFoundError(
                f"no dataset in {root}",
                remedy="pegbar curate SOURCE, or pegbar data pull to fetch the current version",
                subject=str(root),
            )
        self.card = DatasetCard.from_json(path.read_bytes())
        self._tables: dict[TableName, pa.Table] = {}

    @property
    def digest(self) -> str:
        """Digest over the card's file digests: the name of this version."""
        return self.card.digest

    def table(self, name: TableName) -> "pa.Table":
        """Return all groups of a table, in sorted order, as an Arrow table.

        Raises:
            IntegrityError: a listed file is missing or is not Parquet.
        """
        if name not in self._tables:
            self._tables[name] = read_tables([self._listed(path) for path in self._files_of(name)], name)
        return self._tables[name]

    def frame(self, name: TableName) -> "pd.DataFrame":
        """Return all groups of a table, in sorted order; list columns hold tuples."""
        import pyarrow as pa

        table = self.table(name)
        frame: pd.DataFrame = table.to_pandas()
        for field in table.schema:
            if pa.types.is_list(field.type):
                frame[field.name] = frame[field.name].map(tuple, na_action="ignore")
        return frame

    def films(self) -> list[Film]:
        """Return every film."""
        return records_of(self.table("films"), "films")

    def stories(self) -> list[Story]:
        """Return every story, annotated or not."""
        return records_of(self.table("stories"), "stories")

    def shots(self) -> list[Shot]:
        """Return every shot, rejected ones included."""
        return records_of(self.table("shots"), "shots")

    def characters(self) -> list[Character]:
        """Return every story's characters."""
        return records_of(self.table("characters"), "characters")

    def scenes(self) -> list[Scene]:
        """Return every story's scenes."""
        return records_of(self.table("scenes"), "scenes")

    def references(self) -> list[Reference]:
        """Return every reference picture's record."""
        return records_of(self.table("references"), "references")

    def decisions(self) -> list[Decision]:
        """Return the final word of every gate on every item."""
        return records_of(self.table("decisions"), "decisions")

    def training_view(self) -> list[StoryView]:
        """Return the annotated, kept stories with a captioned shot and a reference, by film and place in it.

        Shots are the kept, captioned ones outside prologue and epilogue, in story order.
        """
        shots, references = self._by_story("shots"), self._by_story("references")
        characters, scenes = self._by_story("characters"), self._by_story("scenes")
        views = []
        for story in sorted(self.stories(), key=lambda story: (story.film_id, story.index)):
            usable = [row for row in shots[story.story_id] if _is_trainable(row)]
            if story.is_annotated and story.kept and usable and references[story.story_id]:
                usable.sort(key=lambda row: int(row["index"]))
                views.append(
                    StoryView(
                        story=story,
                        shots=tuple(_shot_view(row) for row in usable),
                        characters=tuple(Character.model_validate(row) for row in characters[story.story_id]),
                        scenes=tuple(Scene.model_validate(row) for row in scenes[story.story_id]),
                        references=tuple(_reference_view(row) for row in references[story.story_id]),
                    )
                )
        return views

    def read_member(self, member: Member) -> bytes:
        """Return a member's bytes: one seek, one read, digest checked.

        Raises:
            IntegrityError: the shard is missing, short, not of this dataset, or the bytes differ from their digest.
        """
        with self._listed(f"shards/{member.shard}").open("rb") as stream:
            stream.seek(member.offset)
            content = stream.read(member.size)
        if len(content) != member.size or digest_bytes(content) != member.sha256:
            raise IntegrityError(
                f"{member.name} in shard {member.shard} differs from its digest",
                remedy="pegbar data pull",
                subject=member.name,
            )
        return content

    def verify(self) -> None:
        """Check every file against the card.

        Raises:
            IntegrityError: a file is missing, differs from its digest, or is not on the card; it is named.
        """
        for path, sha256 in sorted(self.card.files.items()):
            if digest_file(self._listed(path)) != sha256:
                raise _damaged(path, "differs from the digest on the card")
        for file in sorted(self.root.rglob("*")):
            relative = file.relative_to(self.root).as_posix()
            if file.is_file() and relative != CARD_NAME and relative not in self.card.files:
                raise _damaged(relative, "is not on the card")

    def _files_of(self, name: TableName) -> list[str]:
        return sorted(path for path in self.card.files if PurePosixPath(path).parent == PurePosixPath("tables") / name)

    def _listed(self, relative: str) -> Path:
        """Return the path of a file of the card: nothing else under the root, or outside it, is ever opened."""
        if relative not in self.card.files or ".." in PurePosixPath(relative).parts or relative.startswith("/"):
            raise _damaged(relative, "is not on the card")
        path = self.root / relative
        if not path.is_file():
            raise _damaged(relative, "is missing")
        return path

    def _by_story(self, name: TableName) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.table(name).to_pylist():
            groups[row["story_id"]].append(row)
        return groups

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows per table, as read (the card has them as written)."""
        return {name: self.table(name).num_rows for name in TABLES}


def _is_trainable(row: Row) -> bool:
    return bool(row["kept"] and not row["is_prologue_or_epilogue"] and row["caption"])


def _shot_view(row: Row) -> ShotView:
    fields = {name: row[name] for name in Shot.model_fields}
    return ShotView(shot=Shot.model_validate(fields), clip=member_of(row, "clip"))


def _reference_view(row: Row) -> ReferenceView:
    fields = {name: row[name] for name in Reference.model_fields}
    return ReferenceView(
        reference=Reference.model_validate(fields), image=member_of(row, "image"), mask=member_of(row, "mask")
    )


def _damaged(relative: str, how: str) -> IntegrityError:
    return IntegrityError(f"{relative} {how}", remedy="pegbar data pull", subject=relative)
