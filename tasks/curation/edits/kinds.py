"""What a person can correct: one class per kind of edit. Frames count from the film's first, as in the tables."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from pegbar.records import ItemKind, Record

MAX_TEXT = 10_000
GROUP_DIGITS = 2


def _printable(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in text):
        raise ValueError("holds a control character")
    if not text.strip():
        raise ValueError("is blank")
    return text


def _in_one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("is more than one line")
    return _printable(text)


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_printable)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_in_one_line)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{2}[0-9A-Za-z_-]{0,80}$")]
FrameNumber = Annotated[int, Field(ge=0)]


class Edit(Record):
    """One correction of the item `id`; its own `reason` stands instead of the patch's."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    edit: str
    id: Id
    reason: Text | None = None

    @property
    def group(self) -> str:
        """The group of the item's film."""
        return self.id[:GROUP_DIGITS]

    @property
    def item(self) -> tuple[ItemKind, str]:
        """What the edit's decision is on."""
        return "shot", self.id

    @property
    def slot(self) -> tuple[str | int, ...]:
        """Two edits of one slot are one too many."""
        return (*self.item, self.edit)

    @property
    def changes(self) -> dict[str, object]:
        """The fields that were given, without those that say which item and why."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name not in ("edit", "id", "reason")}
        return {name: value for name, value in given.items() if value is not None}


class EditStory(Edit):
    """Tell a story otherwise, or leave it out (`kept` false)."""

    edit: Literal["story"]
    storyline: Text | None = None
    kept: bool | None = None

    @property
    def item(self) -> tuple[ItemKind, str]:
        """The story."""
        return "story", self.id


class EditShot(Edit):
    """Correct what is said of a shot; `segment_start_seconds` (film time) moves the four seconds that stand for it.

    A character that is no longer listed loses the references cut from this shot.
    """

    edit: Literal["shot"]
    plot: Text | None = None
    caption: Text | None = None
    scene: Id | None = None
    characters: tuple[Id, ...] | None = None
    is_prologue_or_epilogue: bool | None = None
    kept: bool | None = None
    segment_start_seconds: float | None = None


class EditCharacter(Edit):
    """Correct a character's name or looks."""

    edit: Literal["character"]
    name: Line | None = None
    appearance: Text | None = None

    @property
    def item(self) -> tuple[ItemKind, str]:
        """The character."""
        return "character", self.id


class MergeCharacters(Edit):
    """Two characters are one: `id` stays and takes the shots and references of `other`."""

    edit: Literal["merge_characters"]
    other: Id

    @property
    def item(self) -> tuple[ItemKind, str]:
        """The character that stays."""
        return "character", self.id

    @property
    def slot(self) -> tuple[str | int, ...]:
        """A character goes into one other at most."""
        return "merge_characters", self.other


class EditScene(Edit):
    """Correct what a scene looks like. The decision is on its story: decisions know no scenes."""

    edit: Literal["scene"]
    environment: Text

    @property
    def item(self) -> tuple[ItemKind, str]:
        """The scene's story."""
        return "story", self.id.rpartition("-")[0]

    @property
    def slot(self) -> tuple[str | int, ...]:
        """The scene itself."""
        return "scene", self.id


class OfReference(Edit):
    """An edit of a reference; one is enough."""

    @property
    def item(self) -> tuple[ItemKind, str]:
        """The reference."""
        return "reference", self.id

    @property
    def slot(self) -> tuple[str | int, ...]:
        """The reference, whatever becomes of it."""
        return self.item


class EditReference(OfReference):
    """Cut a reference anew: from `frame` of `shot` by `mask`, a black and white PNG of the clip's size.

    The PNG lies beside the patch, or in a folder there. An `id` that is free (character's id, ``-r``, a number) adds
    a reference.
    """

    edit: Literal["reference"]
    shot: Id
    frame: FrameNumber
    mask: Line


class DropReference(OfReference):
    """Take a reference out."""

    edit: Literal["drop_reference"]


class MergeShots(Edit):
    """A cut that is none: the shot takes in `next`, the one that follows it in its story."""

    edit: Literal["merge"]
    next: Id


class SplitShot(Edit):
    """A cut that was missed: `frame` is the first of the second half.

    The first half keeps the shot's id. The second is called like the shot the curation found, ``-2`` added, or the
    first of ``-3``, ``-4`` ... that no shot has or had: ``<film>-000-007`` gives ``<film>-000-007-2``.
    """

    edit: Literal["split"]
    frame: FrameNumber

    @property
    def slot(self) -> tuple[str | int, ...]:
        """A shot may be split more than once, at other frames."""
        return (*self.item, "split", self.frame)


class MoveBoundary(Edit):
    """A cut in the wrong place: the shot starts at `frame`, and the one before it ends there."""

    edit: Literal["move"]
    frame: FrameNumber


AnyEdit = Annotated[
    EditStory | EditShot | EditCharacter | MergeCharacters | EditScene | EditReference | DropReference | MergeShots
    | SplitShot | MoveBoundary,
    Field(discriminator="edit"),
]  # fmt: skip
