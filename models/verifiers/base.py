"""What a verifier does: say whether a cut-out may stand for a character (AnimeShooter, section 3.3 and figure 7)."""

from dataclasses import dataclass
from typing import Literal, Protocol

from models.segmenters import Mask, Pixels
from pegbar.records import Record

Criterion = Literal["completeness", "description", "consistency", "pose", "quality"]


@dataclass(frozen=True)
class Cutout:
    """One candidate: the frame (height, width, 3), its mask, the cut-out on white, and what is told of the character.

    Args:
        appearance: the character's description in its story's script.
        told: what the captions of its shots say of it, in their order; a description that changes its mind is refused.
        others: the descriptions of whom else its shot lists.
    """

    frame: Pixels
    mask: Mask
    picture: Pixels
    name: str
    appearance: str
    told: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Verdict(Record):
    """Whether a cut-out is accepted, how good it is (0..1), the criteria it fails, and why in a sentence."""

    is_accepted: bool
    score: float
    failed: tuple[Criterion, ...] = ()
    explanation: str = ""


class Verifier(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def verify(self, cutout: Cutout) -> Verdict:
        """Judge one cut-out by the five criteria.

        Raises:
            AnswerError, ProviderError, CallBudgetError: see `LanguageClient`, where a language model judges.
        """
        ...
