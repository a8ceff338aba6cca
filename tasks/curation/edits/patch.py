"""A patch: what a person corrects in one version of a dataset, edit by edit, and why.

Edits are applied in the order of the list, each to what the ones before it left.
"""

import textwrap
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from pegbar.digests import digest_of
from pegbar.records import Record
from tasks.curation.edits.kinds import AnyEdit, EditReference, Line, Text

MAX_EDITS = 10_000
TITLE_WIDTH = 100


class Patch(Record):
    """A person's corrections of one version.

    Args:
        dataset: digest of the version it was written against (``pegbar data show``).
        author: who says so; `reason` says why, for every edit that does not say it itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    dataset: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    author: Line
    reason: Text
    edits: Annotated[tuple[AnyEdit, ...], Field(min_length=1, max_length=MAX_EDITS)]

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        seen: dict[tuple[str | int, ...], int] = {}
        for number, edit in enumerate(self.edits, 1):
            first = seen.setdefault(edit.slot, number)
            if first != number:
                raise ValueError(f"edits {first} and {number} are both on {edit.id}: make one of them")
        return self


class AcceptedPatch(Record):
    """A patch with the masks it names (name -> PNG in base64), so that it can be applied again without its folder."""

    patch: Patch
    masks: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """Names the patch by its contents."""
        return digest_of(self)

    @property
    def title(self) -> str:
        """The patch in one line, as the message of its version."""
        return textwrap.shorten(f"Edited by {self.patch.author}: {self.patch.reason}", TITLE_WIDTH, placeholder=" ...")

    def signed(self) -> Iterator["SignedEdit"]:
        """Yield every edit with who made it, why, and its mask."""
        for number, edit in enumerate(self.patch.edits, 1):
            mask = self.masks[edit.mask] if isinstance(edit, EditReference) else None
            why = f"{self.patch.author}: {edit.reason or self.patch.reason}"
            yield SignedEdit(edit=edit, number=number, why=why, mask=mask)


class SignedEdit(Record):
    """One edit by itself: its place in its patch, counted from 1, who and why in one line, and its mask in base64."""

    edit: AnyEdit
    number: int
    why: str
    mask: str | None = None
