"""How reference pictures are looked for, judged and chosen."""

from pydantic import Field

from models.segmenters import ClassicalConfig, MaskLimits, ScoreConfig, SegmenterConfig
from models.verifiers import RulesVerifierConfig, VerifierConfig
from pegbar.config import Config
from tasks.curation.references.candidates import CandidatesConfig
from tasks.curation.references.choice import ChoiceConfig


class ReferencesConfig(Config):
    """Which frames are tried, which cut-outs are good enough, and who says so.

    Args:
        max_asked: cut-outs of one character that a language model judges, best first until it accepts one; rules cost
            nothing and judge all.
        border_share: white around the character, as a share of its longer side.
    """

    candidates: CandidatesConfig = CandidatesConfig()
    segmenter: SegmenterConfig = ClassicalConfig()
    limits: MaskLimits = MaskLimits()
    score: ScoreConfig = ScoreConfig()
    choice: ChoiceConfig = ChoiceConfig()
    verifier: VerifierConfig = RulesVerifierConfig()
    max_asked: int = Field(default=4, ge=1)
    border_share: float = Field(default=0.06, ge=0)

    @property
    def most_judged(self) -> int | None:
        """How many cut-outs of one character are judged at most; None is all."""
        return None if self.verifier.kind == "rules" else self.max_asked
