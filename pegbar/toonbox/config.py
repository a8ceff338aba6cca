"""What a toonbox film may be told."""

from typing import Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from pegbar.config import Config
from pegbar.media.encode import EncodeConfig
from pegbar.steps import Step
from pegbar.toonbox.identity import Identity

Held = Literal["cast", "picture"]
Blemish = Literal["subtitles", "logo", "letterbox", "variable-rate"]
WORLD_VERSION = 1  # the same version, seed and configuration give the same film for ever
STEP = Step(name="toonbox_film", version=2)


class ToonboxConfig(Config):
    """Settings of one film; what is None is drawn by the seed.

    Args:
        cast: its first characters; the seed draws the others.
        drawn_on: for how many frames each drawing is held: ones, twos or threes.
        held: whether only the cast's drawings are held, or the whole picture with the camera.
        title_card: whether it begins with one; a film of fewer than 3 shots has none.
        end_card: whether it ends with credits; a film of fewer than 3 shots has none.
        blemishes: what curation has to find: burnt-in subtitles, a channel's logo, black bars at two sides, or
            frames that are not shown at a steady rate.
    """

    width: int = Field(default=384, ge=64, le=1920, multiple_of=2)
    height: int = Field(default=288, ge=64, le=1080, multiple_of=2)
    fps: int = Field(default=12, ge=8, le=60)
    min_seconds: float = Field(default=20.0, ge=2.0, le=600.0)
    max_seconds: float = Field(default=60.0, ge=2.0, le=600.0)
    min_shot_seconds: float = Field(default=1.5, ge=1.5)
    max_shot_seconds: float = Field(default=4.0, ge=3.0)
    sample_rate: int = Field(default=22_050, ge=8_000, le=48_000)
    cast: tuple[Identity, ...] = Field(default=(), max_length=3)
    drawn_on: Literal[1, 2, 3] | None = None
    held: Held | None = None
    title_card: bool | None = None
    end_card: bool | None = None
    blemishes: tuple[Blemish, ...] = ()
    encode: EncodeConfig = EncodeConfig()

    @field_validator("blemishes")
    @classmethod
    def _in_order(cls, blemishes: tuple[Blemish, ...]) -> tuple[Blemish, ...]:
        """Keep one order, so that the same film has the same key."""
        return tuple(blemish for blemish in get_args(Blemish) if blemish in blemishes)

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if self.max_seconds < self.min_seconds:
            raise ValueError(f"max_seconds {self.max_seconds:g} is below min_seconds {self.min_seconds:g}")
        return self
