"""One group while it is edited: its records by their ids, its shots by their stories, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pegbar.errors import NotFoundError
from pegbar.records import AudioShot, Character, Decision, Film, ItemKind, Reference, Scene, Shot, Story
from pegbar.tables import KINDS, TABLES, TableName, read_tables, records_of
from tasks.curation.edits.boundaries import REMEDY, Clock, CutShot, reindexed

RecordT = TypeVar("RecordT")
OTHERWISE: frozenset[TableName] = frozenset({"shots", "decisions"})  # tables whose rows are not kept by their ids


@dataclass
class GroupState:
    """What edits change.

    Args:
        was: the shots as they lay; `sounds` the audio shots.
        members: new files of the shard by their names.
        new_ids: shot ids given to second halves, those included that are gone again.
    """

    films: dict[str, Film] = field(default_factory=dict)
    stories: dict[str, Story] = field(default_factory=dict)
    cuts: dict[str, list[CutShot]] = field(default_factory=dict)
    characters: dict[str, Character] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    references: dict[str, Reference] = field(default_factory=dict)
    audio_shots: dict[str, AudioShot] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    was: dict[str, Shot] = field(default_factory=dict)
    sounds: dict[str, AudioShot] = field(default_factory=dict)
    members: dict[str, bytes] = field(default_factory=dict)
    new_ids: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, folder: Path) -> "GroupState":
        """Read a packed group's tables; one that is not there is empty."""
        rows = {name: _records(folder, name) for name in TABLES}
        shots: list[Shot] = sorted(rows["shots"], key=lambda shot: (shot.story_id, shot.index))
        state = cls(decisions=rows["decisions"], was={shot.shot_id: shot for shot in shots})
        for name in rows.keys() - OTHERWISE:
            (key,) = KINDS[name].key
            setattr(state, name, {getattr(record, key): record for record in rows[name]})
        state.sounds = dict(state.audio_shots)
        for shot in shots:
            state.cuts.setdefault(shot.story_id, []).append(CutShot.as_it_lies(shot))
        return state

    def records(self) -> dict[TableName, list[Any]]:
        """Return every table's records as they now are."""
        found: dict[TableName, list[Any]] = {
            name: list(getattr(self, name).values()) for name in TABLES if name not in OTHERWISE
        }
        return found | {"shots": [cut.shot for cut in self.shots()], "decisions": self.decisions}

    def shots(self) -> Iterator[CutShot]:
        """Yield every shot, story by story."""
        for cuts in self.cuts.values():
            yield from cuts

    def place(self, shot_id: str) -> tuple[list[CutShot], int]:
        """Return the shots of a shot's story, and its place among them.

        Raises:
            NotFoundError: there is no such shot.
        """
        for cuts in self.cuts.values():
            for position, cut in enumerate(cuts):
                if cut.shot.shot_id == shot_id:
                    return cuts, position
        raise _missing("shot", shot_id)

    def replace_shots(self, story_id: str, cuts: list[CutShot]) -> None:
        """Put other shots into a story, counted anew."""
        self.cuts[story_id] = reindexed(cuts)
        self.stories[story_id] = self.stories[story_id].model_copy(update={"num_shots": len(cuts)})

    def replace_shot(self, shot: Shot) -> None:
        """Put a shot in the place of the one of the same id, its clip unchanged."""
        cuts, position = self.place(shot.shot_id)
        cuts[position] = CutShot(shot, cuts[position].pieces)

    def clock(self, film_id: str) -> Clock:
        """Return when the film's frames are shown."""
        return Clock(self.films[film_id], self.was)

    def shot_ids_ever(self) -> set[str]:
        """Return every shot id that is or was: an id is given once."""
        decided = {decision.item_id for decision in self.decisions if decision.item_kind == "shot"}
        return decided | set(self.was) | self.new_ids

    def is_kept(self, kind: ItemKind, item_id: str) -> bool:
        """Tell whether an item is there and kept."""
        there: dict[str, dict[str, Any]] = {
            "film": self.films,
            "story": self.stories,
            "shot": {cut.shot.shot_id: cut.shot for cut in self.shots()},
            "character": self.characters,
            "reference": self.references,
            "audio_shot": self.audio_shots,
        }
        found = there[kind].get(item_id)
        return found is not None and bool(getattr(found, "kept", True))


def found_in(records: dict[str, RecordT], item_id: str, kind: str) -> RecordT:
    """Return a record by its id.

    Raises:
        NotFoundError: it is not there.
    """
    if item_id not in records:
        raise _missing(kind, item_id)
    return records[item_id]


def _missing(kind: str, item_id: str) -> NotFoundError:
    return NotFoundError(f"there is no {kind} {item_id}", remedy=REMEDY, subject=item_id)


def _records(folder: Path, name: TableName) -> list[Any]:
    path = folder / "tables" / f"{name}.parquet"
    return records_of(read_tables([path], name), name) if path.is_file() else []
