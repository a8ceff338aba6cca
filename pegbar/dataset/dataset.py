"""The reader of a curated dataset: typed tables, the training view, and any member by one range read.

``card.json`` lists every file with its digest; ``tables/<table>/<group>.parquet`` and ``shards/<group>-0000.tar`` hold
the rest. A group is the first two hex digits of a film's id, so that a new film rewrites only its own group. The files
lie in a folder (a workspace's ``data/``) or are members of a store (`pegbar.dataset.stored`).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pegbar.dataset.files import CARD_NAME, DatasetFiles, FolderFiles, Range, damaged
from pegbar.dataset.member_cache import MemberCache
from pegbar.dataset.training_view import ReferenceView, ShotView, StoryView, StoryViews
from pegbar.digests import digest_bytes, digest_of
from pegbar.errors import IntegrityError, UsageError
from pegbar.known_digests import KnownDigests
from pegbar.records import Character, Decision, Film, Member, Record, Reference, Scene, Shot, Story
from pegbar.tables import TABLES, TableName, read_tables, records_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["CARD_NAME", "Dataset", "DatasetCard", "ReferenceView", "ShotView", "StoryView"]


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


class Dataset:
    """A dataset version, read-only. Where its files lie and whether they are kept near makes no difference to a reader.

    It travels between processes; each opens files and connections of its own with its first read.

    Args:
        files: a folder, or wherever else its files lie.
        cache: keeps what is read; worth having across a network.
        known: digests of files that were read whole before. While the stamp of a folder's file is the one it had when
            `verify` read it, its members are not hashed with every reading: that would cost more than reading them.

    Raises:
        NotFoundError: there is no card.
    """

    def __init__(
        self, files: Path | DatasetFiles, cache: MemberCache | None = None, known: KnownDigests | None = None
    ) -> None:
        self.files: DatasetFiles = FolderFiles(files, known) if isinstance(files, Path) else files
        self.cache = cache
        self.known = known
        self.card = DatasetCard.from_json(self.files.card())
        self._listed_files = {path for path in self.card.files if _is_inside(path)}
        self._tables: dict[TableName, pa.Table] = {}

    @property
    def root(self) -> Path:
        """The folder of a dataset that lies in one.

        Raises:
            UsageError: it does not.
        """
        if not isinstance(self.files, FolderFiles):
            raise UsageError(f"{self.files.source} is no folder", remedy="pegbar data pull", subject=self.files.source)
        return self.files.root

    @property
    def digest(self) -> str:
        """Digest over the card's file digests: the name of this version."""
        return self.card.digest

    def table(self, name: TableName) -> "pa.Table":
        """Return all groups of a table, in sorted order, as an Arrow table.

        Raises:
            IntegrityError: a listed file is missing, differs from its digest or is not Parquet.
        """
        if name not in self._tables:
            import pyarrow as pa

            self._tables[name] = read_tables([pa.BufferReader(self._read(path)) for path in self._files_of(name)], name)
        return self._tables[name]

    def parts(self, name: TableName) -> "Iterator[tuple[str, pa.Table]]":
        """Yield each file of a table and its rows, in sorted order; errors as `table`."""
        import pyarrow as pa

        for path in self._files_of(name):
            yield path, read_tables([pa.BufferReader(self._read(path))], name)

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
        """Return every story to learn from, as `story_views`."""
        return list(self.story_views())

    def story_views(self) -> StoryViews:
        """Return the stories to learn from, each made when it is asked for."""
        return StoryViews(
            {name: self.table(name) for name in ("stories", "shots", "references", "characters", "scenes")}
        )

    def read_member(self, member: Member) -> bytes:
        """Return a member's bytes: one read of its range, digest checked.

        Raises:
            IntegrityError: the shard is missing, short, not of this dataset, or the bytes differ from their digest.
            StorageError: the store cannot be reached.
        """
        return self.read_members([member])[0]

    def read_members(self, members: Sequence[Member]) -> list[bytes]:
        """Return the bytes of several members, those across a network read at once; errors as `read_member`."""
        found = [self.cache.get(member.sha256) if self.cache is not None else None for member in members]
        missing = [place for place, content in enumerate(found) if content is None]
        ranges = [self._range_of(members[place]) for place in missing]
        for place, (path, _, _), (content, whole) in zip(missing, ranges, self.files.read_ranges(ranges), strict=True):
            member = members[place]
            if whole != self.card.files[path] and digest_bytes(content) != member.sha256:
                raise _differs(f"{member.name} in shard {member.shard}")
            if self.cache is not None:
                self.cache.put(member.sha256, content)
            found[place] = content
        return [content for content in found if content is not None]

    def verify(self, known: KnownDigests | None = None) -> None:
        """Check every file against the card.

        Args:
            known: digests of files that need not be read again, because their stamp did not change; None: those the
                dataset was opened with.

        Raises:
            IntegrityError: a file is missing, differs from its digest, or is not on the card; it is named.
        """
        for path, sha256 in sorted(self.card.files.items()):
            if not self.files.is_whole(self._listed(path), sha256, known or self.known):
                raise damaged(path, "differs from the digest on the card")
        for path in self.files.listed():
            if path not in self.card.files:
                raise damaged(path, "is not on the card")

    def _files_of(self, name: TableName) -> list[str]:
        return sorted(path for path in self.card.files if PurePosixPath(path).parent == PurePosixPath("tables") / name)

    def _range_of(self, member: Member) -> Range:
        path = self._listed(f"shards/{member.shard}")
        if member.offset < 0 or member.size < 0:
            raise damaged(path, f"has no {member.size} bytes at {member.offset}")
        return path, member.offset, member.size

    def _listed(self, path: str) -> str:
        """Return a path of the card: nothing else under the root, or outside it, is ever opened."""
        if path not in self._listed_files:
            raise damaged(path, "is not on the card")
        return path

    def _read(self, path: str) -> bytes:
        """Return a whole file's bytes, digest checked."""
        sha256 = self.card.files[path]
        kept = self.cache.get(sha256) if self.cache is not None else None
        if kept is not None:
            return kept
        content = self.files.read(self._listed(path))
        if digest_bytes(content) != sha256:
            raise _differs(path)
        if self.cache is not None:
            self.cache.put(sha256, content)
        return content

    def __getstate__(self) -> Mapping[str, Any]:
        """Leave behind what any process can read again."""
        return {name: value for name, value in self.__dict__.items() if name != "counts"} | {"_tables": {}}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows per table, as read (the card has them as written)."""
        return {name: self.table(name).num_rows for name in TABLES}


def _differs(name: str) -> IntegrityError:
    return IntegrityError(f"{name} differs from its digest", remedy="pegbar data pull", subject=name)


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in PurePosixPath(path).parts
