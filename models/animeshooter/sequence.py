"""What the MLLM reads: ``<Reference><Caption1><LQ><Frame1>...<Captionn><LQ>`` (paper, appendix B.1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pegbar.errors import InputError

Picture = NDArray[np.uint8]
BLANK_LEVEL = 255  # references lie on white, so white is a reference without a character
SlotKind = Literal["reference", "caption", "queries", "frame"]


@dataclass(frozen=True)
class Slot:
    """One place of the layout: a picture (H, W, 3), a caption, or the learnable queries of one shot."""

    kind: SlotKind
    shot: int
    picture: Picture | None = None
    caption: str | None = None


@dataclass(frozen=True)
class ShotSequence:
    """A reference, the captions of n consecutive shots, and the last frames of the first n-1 of them.

    Raises:
        InputError: no captions, another number of frames, or a picture that is not uint8 RGB.
    """

    reference: Picture
    captions: tuple[str, ...]
    frames: tuple[Picture, ...]

    def __post_init__(self) -> None:
        """Check the numbers and the pictures."""
        if not self.captions or len(self.frames) != len(self.captions) - 1:
            raise _refused(
                f"{len(self.captions)} captions and {len(self.frames)} context frames do not make a sequence"
            )
        for picture in (self.reference, *self.frames):
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] != 3 or 0 in picture.shape:
                raise _refused(f"a picture of {picture.dtype} {picture.shape} is not uint8 (H, W, 3)")
        for picture in (self.reference, *self.frames):
            if max(picture.shape[:2]) > 100 * min(picture.shape[:2]):
                raise _refused(f"a picture of {picture.shape[1]}x{picture.shape[0]} is too thin to look at")

    @property
    def num_shots(self) -> int:
        """Number of shots, n."""
        return len(self.captions)

    @property
    def layout(self) -> str:
        """The order of the slots as the paper writes it, shots counted from 1."""
        names = {"reference": "Reference", "caption": "Caption", "queries": "LQ", "frame": "Frame"}
        numbered = {"caption", "frame"}
        return "".join(f"<{names[slot.kind]}{slot.shot + 1 if slot.kind in numbered else ''}>" for slot in self.slots())

    def slots(self) -> Iterator[Slot]:
        """Yield the slots in order."""
        yield Slot("reference", 0, picture=self.reference)
        for shot, caption in enumerate(self.captions):
            yield Slot("caption", shot, caption=caption)
            yield Slot("queries", shot)
            if shot < len(self.frames):
                yield Slot("frame", shot, picture=self.frames[shot])

    def without(self, *, reference: bool = False, captions: bool = False) -> "ShotSequence":
        """Blank the reference, the captions or both; every slot stays in its place."""
        changed = self
        if reference:
            changed = replace(changed, reference=np.full_like(self.reference, BLANK_LEVEL))
        if captions:
            changed = replace(changed, captions=("",) * self.num_shots)
        return changed


def context_range(shot: int, context_shots: int) -> range:
    """Return which earlier shots `shot` (from 0) is generated from: the last `context_shots` (appendix C.6)."""
    return range(max(0, shot - context_shots), shot)


def _refused(what: str) -> InputError:
    return InputError(what, remedy="give one caption per shot, and pictures as uint8 RGB arrays")
