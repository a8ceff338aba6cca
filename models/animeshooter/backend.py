"""The MLLM's role: read shot sequences and give back the hidden states at the learnable queries."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from models.animeshooter.sequence import ShotSequence


class MLLMBackend(Protocol):
    """Causal over the sequence: what stands at shot i's queries may not depend on shot i+1 or later.

    `tests/models/animeshooter/test_qwen.py` is the contract.
    """

    model: nn.Module
    lora_targets: str
    """A regular expression over `model`'s module names: where LoRA goes unless settings say otherwise."""

    @property
    def hidden_size(self) -> int:
        """Width of a hidden state."""
        ...

    def encode(self, sequences: Sequence[ShotSequence], queries: Tensor) -> Tensor:
        """Return hidden states (B, n, Q, hidden) at the slots of `queries` (Q, hidden).

        Raises:
            InputError: the sequences have different numbers of shots.
        """
        ...
