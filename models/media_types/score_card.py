"""How cues become a score: a small logistic regression whose numbers are data with a version.

`tests/bench/media_fit.py` fits the weights; `docs/media_type_benchmark.json` holds what they do to films left out.
"""

from math import exp
from typing import Literal

from pydantic import Field

from models.media_types.cues import Cues
from pegbar.config import Config


class Term(Config):
    """One cue's part: weight * clip((cue - centre) / spread, low, high).

    Args:
        spread: negative where more of the cue speaks for live action.
        low, high: how far one cue may go alone, against animation and for it.
        needs_colour: a grey film's part is nought, as neither animation nor live action shows the cue there.
    """

    cue: Literal["grain", "vividness", "hues"]
    centre: float
    spread: float
    low: float = -2.0
    high: float = 2.0
    weight: float = Field(ge=0)
    needs_colour: bool = False

    def standardised(self, cues: Cues) -> float:
        """Return the clipped distance from the centre, before its weight."""
        distance: float = (getattr(cues, self.cue) - self.centre) / self.spread
        clipped = min(self.high, max(self.low, distance))
        return clipped * cues.colour if self.needs_colour else clipped


class ScoreCard(Config):
    """The terms and the bias; the score is the logistic function of their sum."""

    version: int = Field(ge=1)
    bias: float
    terms: tuple[Term, ...]

    def parts(self, cues: Cues) -> tuple[float, ...]:
        """Return what every term adds to the logit."""
        return tuple(term.weight * term.standardised(cues) for term in self.terms)

    def score(self, cues: Cues) -> float:
        """Return 0 (live action) to 1 (animation)."""
        return 1 / (1 + exp(-(self.bias + sum(self.parts(cues)))))


# A blurred or coarsely coded photograph has as little grain as a drawing, so its absence counts less than its
# presence: a film without colour reaches 0.87 at most, and an upper threshold above that leaves it to a person.
SCORE_CARD = ScoreCard(
    version=1,
    bias=-0.23,
    terms=(
        Term(cue="grain", centre=-0.69, spread=-0.35, low=-2.0, high=1.0, weight=2.14),
        Term(cue="vividness", centre=0.15, spread=0.15, weight=1.26, needs_colour=True),
        Term(cue="hues", centre=4.0, spread=3.0, weight=0.65, needs_colour=True),
    ),
)
