"""What a toonbox film may be told."""

from typing import Self

from pydantic import Field, model_validator

from pegbar.config import Config
from pegbar.media.encode import EncodeConfig
from pegbar.steps import Step
from pegbar.toonbox.identity import Identity

STEP = Step(name="toonbox_film", version=1)


class ToonboxConfig(Config):
    """Settings of one film. `cast` names its first characters; the seed draws the others."""

    width: int = Field(default=384, ge=64, le=1920, multiple_of=2)
    height: int = Field(default=288, ge=64, le=1080, multiple_of=2)
    fps: int = Field(default=12, ge=8, le=60)
    min_seconds: float = Field(default=20.0, ge=2.0, le=600.0)
    max_seconds: float = Field(default=60.0, ge=2.0, le=600.0)
    min_shot_seconds: float = Field(default=1.5, ge=1.5)
    max_shot_seconds: float = Field(default=4.0, ge=3.0)
    sample_rate: int = Field(default=22_050, ge=8_000, le=48_000)
    cast: tuple[Identity, ...] = Field(default=(), max_length=3)
    encode: EncodeConfig = EncodeConfig()

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if self.max_seconds < self.min_seconds:
            raise ValueError(f"max_seconds {self.max_seconds:g} is below min_seconds {self.min_seconds:g}")
        return self
