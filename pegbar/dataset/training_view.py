"""What a dataset holds to learn from: stories and shots as one piece each, made row by row when asked for.

The tables stay in Arrow: millions of shots cost their bytes, and another process gets them as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from pegbar.records import AudioShot, Character, Member, Record, Reference, Scene, Shot, Story
from pegbar.tables import Row, TableName, member_of

if TYPE_CHECKING:
    import pyarrow as pa


class ShotView(Record):
    """A shot and where its clip lies."""

    shot: Shot
    clip: Member


class ReferenceView(Record):
    """A reference picture (PNG cut-out on white) and its mask (PNG, 0 or 255)."""

    reference: Reference
    image: Member
    mask: Member


class SoundView(Record):
    """An audio shot and where its sound (FLAC) lies."""

    audio_shot: AudioShot
    sound: Member


class StoryView(Record):
    """One training sample: a story with its captioned shots in order, its cast, scenes and references."""

    story: Story
    shots: tuple[ShotView, ...]
    characters: tuple[Character, ...]
    scenes: tuple[Scene, ...]
    references: tuple[ReferenceView, ...]


class StoryViews(Sequence[StoryView]):
    """The annotated, kept stories with a captioned shot and a reference, by film and place in it.

    Shots are the kept, captioned ones outside prologue and epilogue, in story order.
    """

    def __init__(self, tables: "Mapping[TableName, pa.Table]") -> None:
        self._shots = StoryRows(trainable_shots(tables["shots"]))
        self._references = StoryRows(tables["references"])
        self._characters, self._scenes = StoryRows(tables["characters"]), StoryRows(tables["scenes"])
        self._stories = _usable_stories(tables["stories"], self._shots, self._references)

    def __len__(self) -> int:
        return int(self._stories.num_rows)

    @overload
    def __getitem__(self, index: int) -> StoryView: ...
    @overload
    def __getitem__(self, index: slice) -> list[StoryView]: ...
    def __getitem__(self, index: int | slice) -> StoryView | list[StoryView]:
        """Return one story's view, or several."""
        places = range(len(self))[index]
        return [self._view(place) for place in places] if isinstance(places, range) else self._view(places)

    def _view(self, place: int) -> StoryView:
        story = Story.model_validate(self._stories.slice(place, 1).to_pylist()[0])
        shots = sorted(self._shots.of(story.story_id), key=lambda row: int(row["index"]))
        return StoryView(
            story=story,
            shots=tuple(shot_view(row) for row in shots),
            characters=tuple(Character.model_validate(row) for row in self._characters.of(story.story_id)),
            scenes=tuple(Scene.model_validate(row) for row in self._scenes.of(story.story_id)),
            references=tuple(reference_view(row) for row in self._references.of(story.story_id)),
        )


class ShotRows:
    """The shots to learn from, in order of their ids, found by their number."""

    def __init__(self, table: "pa.Table") -> None:
        shots = trainable_shots(table).sort_by("shot_id")
        self._rows = _nested(shots, {"shot": (Shot, ""), "clip": (Member, "clip_")})

    def __len__(self) -> int:
        return len(self._rows)

    def views(self, numbers: Sequence[int]) -> list[ShotView]:
        """Return shots by their numbers, all of them inside."""
        import pyarrow as pa

        return [ShotView.model_validate(row) for row in self._rows.take(pa.array(numbers, pa.int64())).to_pylist()]


class StoryRows:
    """A table's rows by the story they belong to, in the table's order."""

    def __init__(self, table: "pa.Table") -> None:
        import pyarrow.compute as pc

        self._table = table.take(pc.sort_indices(table, [("story_id", "ascending")])).combine_chunks()
        self._spans: dict[str, tuple[int, int]] = dict(_spans(self._table))

    def __contains__(self, story_id: object) -> bool:
        return story_id in self._spans

    def of(self, story_id: str) -> list[Row]:
        """Return the story's rows."""
        start, length = self._spans.get(story_id, (0, 0))
        rows: list[Row] = self._table.slice(start, length).to_pylist()
        return rows


def trainable_shots(table: "pa.Table") -> "pa.Table":
    """Return the rows of the kept, captioned shots outside prologue and epilogue."""
    import pyarrow.compute as pc

    is_captioned = pc.greater(pc.utf8_length(pc.fill_null(table["caption"], "")), 0)
    return table.filter(pc.and_(pc.and_not(table["kept"], table["is_prologue_or_epilogue"]), is_captioned))


def shot_view(row: Row) -> ShotView:
    """Return a row of the shots."""
    return ShotView(shot=Shot.model_validate(_own(row, Shot)), clip=member_of(row, "clip"))


def reference_view(row: Row) -> ReferenceView:
    """Return a row of the references."""
    return ReferenceView(
        reference=Reference.model_validate(_own(row, Reference)),
        image=member_of(row, "image"),
        mask=member_of(row, "mask"),
    )


def sound_view(row: Row) -> SoundView:
    """Return a row of the audio shots."""
    return SoundView(audio_shot=AudioShot.model_validate(_own(row, AudioShot)), sound=member_of(row, "sound"))


def _nested(table: "pa.Table", records: Mapping[str, tuple[type[Record], str]]) -> "pa.StructArray":
    """Return rows as structs of records: name -> (record, prefix of its columns)."""
    import pyarrow as pa

    def column(name: str) -> pa.Array:
        chunked = table[name]
        if pa.types.is_string(chunked.type):
            chunked = chunked.cast(pa.large_string())  # all captions in one piece may be over 2 GB
        return pa.concat_arrays(chunked.chunks) if chunked.num_chunks else pa.array([], chunked.type)

    structs = [
        pa.StructArray.from_arrays([column(prefix + name) for name in kind.model_fields], list(kind.model_fields))
        for kind, prefix in records.values()
    ]
    return pa.StructArray.from_arrays(structs, list(records))


def _own(row: Row, kind: type[Record]) -> Row:
    return {name: row[name] for name in kind.model_fields}


def _usable_stories(table: "pa.Table", shots: StoryRows, references: StoryRows) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.compute as pc

    usable = [name in shots and name in references for name in table["story_id"].to_pylist()]
    is_told = pc.and_(table["is_annotated"], table["kept"])
    stories = table.filter(pc.and_(is_told, pa.chunked_array([usable], pa.bool_())))
    return stories.sort_by([("film_id", "ascending"), ("index", "ascending")]).combine_chunks()


def _spans(table: "pa.Table") -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield (story, (first row, rows)) of a table sorted by story."""
    import pyarrow.compute as pc

    start = 0
    for counted in pc.value_counts(table["story_id"]).to_pylist():
        yield counted["values"], (start, counted["counts"])
        start += counted["counts"]
