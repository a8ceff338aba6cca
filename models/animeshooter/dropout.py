"""Which inputs a training step hides, so that the sampler can be guided away from their absence."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from models.animeshooter.sequence import ShotSequence
from pegbar.config import Config

if TYPE_CHECKING:
    import torch

Hidden = Literal["nothing", "reference", "captions", "both"]


class DropoutPolicy(Config):
    """Probabilities of three disjoint events (appendix B.2 reads both ways; disjoint is our choice)."""

    reference_only: float = Field(default=0.0, ge=0, le=1)
    captions_only: float = Field(default=0.0, ge=0, le=1)
    both: float = Field(default=0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _sum_is_a_probability(self) -> Self:
        if self.reference_only + self.captions_only + self.both > 1:
            raise ValueError("the three probabilities are of disjoint events: their sum may not exceed 1")
        return self

    def draw(self, generator: "torch.Generator") -> Hidden:
        """Return what to hide this time."""
        import torch

        value = torch.rand((), generator=generator, dtype=torch.float64).item()
        events: tuple[tuple[Hidden, float], ...] = (
            ("reference", self.reference_only),
            ("captions", self.captions_only),
            ("both", self.both),
        )
        for event, probability in events:
            if value < probability:
                return event
            value -= probability
        return "nothing"


def hide(sequence: ShotSequence, hidden: Hidden) -> ShotSequence:
    """Return the sequence with blanks in place of what is hidden."""
    return sequence.without(reference=hidden in ("reference", "both"), captions=hidden in ("captions", "both"))
