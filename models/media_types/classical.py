"""A classifier without weights: grain, vivid colours and their variety, weighed by a score card."""

from collections.abc import Sequence
from typing import Literal

from models.media_types.base import MediaTypeScore, Pixels, checked
from models.media_types.cues import Cues, film_cues
from models.media_types.score_card import SCORE_CARD, ScoreCard
from pegbar.config import Config


class ClassicalConfig(Config):
    """Which score card weighs the cues."""

    kind: Literal["classical"] = "classical"
    card: ScoreCard = SCORE_CARD

    def build(self) -> "ClassicalClassifier":
        """Return the classifier."""
        return ClassicalClassifier(self.card)


class ClassicalClassifier:
    """Tells drawn and rendered pictures from camera pictures by three cues; each can be seen in the reason."""

    name = "classical"

    def __init__(self, card: ScoreCard) -> None:
        self._card = card
        self.version = card.version

    def animation_score(self, pictures: Sequence[Pixels]) -> MediaTypeScore | None:
        """Score pictures spread over one film; None where all are blank.

        Raises:
            InputError: no picture, or one that is not RGB uint8.
        """
        cues = film_cues(checked(pictures))
        return None if cues is None else MediaTypeScore(value=self._card.score(cues), reason=self._reason(cues))

    def _reason(self, cues: Cues) -> str:
        said = {
            "grain": f"grain {cues.grain:.2f}",
            "vividness": f"vivid colours {cues.vividness:.0%}",
            "hues": f"{cues.hues:.0f} of 12 hues",
        }
        told = zip(self._card.terms, self._card.parts(cues), strict=True)
        return ", ".join(f"{said[term.cue]} ({part:+.1f})" for term, part in told)
