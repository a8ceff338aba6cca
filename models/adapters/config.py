"""Settings and header of a LoRA adapter."""

from typing import Literal

from pydantic import Field

from pegbar.config import Config
from pegbar.records import Record

Part = Literal["mllm", "transformer"]


class LoraSettings(Config):
    """Low-rank matrices beside linear layers of one frozen part.

    Args:
        part: "mllm" (stages 2 and 3 of AnimeShooterGen) or "transformer" (stage 4).
        rank: not stated in the paper; 64 is the default of CogVideoX LoRA training in diffusers.
        target_modules: a regular expression over the part's module names; None takes its attention projections.
        seed: of the initial matrices A; B starts at zero, so a new adapter changes nothing.
    """

    part: Part
    rank: int = Field(default=64, ge=1)
    alpha: int = Field(default=64, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: str | None = None
    seed: int = 0


class AdapterHeader(Record):
    """What an adapter file says of itself, in its own header.

    Args:
        base_digest: digest of the base folder it was trained on; it loads into no other.
        data_digest: version of the dataset it was trained on.
        target_modules: full names of the adapted modules, sorted.
    """

    part: Part
    base_digest: str
    stage: str
    data_digest: str
    rank: int
    alpha: int
    dropout: float
    target_modules: tuple[str, ...]
