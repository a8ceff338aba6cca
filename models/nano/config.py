"""Sizes of the toon-nano base: a CogVideoX-2B-like generator and a Qwen2.5-VL-like MLLM."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from models.animeshooter.config import VideoShape
from pegbar.config import Config


class NanoConfig(Config):
    """Sizes and seed of a base; equal configurations give equal bytes.

    Args:
        video: the generator's native shot; other shapes work as they do with CogVideoX-2B.
        condition_length: tokens of condition the generator takes, exactly (CogVideoX-2B: 226).
        text_dim: width of a condition token (CogVideoX-2B: 4096).
    """

    kind: Literal["nano"] = "nano"
    seed: int = 0
    video: VideoShape = VideoShape()
    vae_channels: tuple[int, ...] = (8, 8, 16, 16)
    latent_channels: int = Field(default=8, ge=1)
    transformer_layers: int = Field(default=2, ge=1)
    transformer_heads: int = Field(default=4, ge=1)
    transformer_head_dim: int = Field(default=16, ge=4)
    condition_length: int = Field(default=64, ge=1)
    text_dim: int = Field(default=64, ge=8)
    text_layers: int = Field(default=2, ge=1)
    mllm_hidden: int = Field(default=64, ge=16)
    mllm_layers: int = Field(default=2, ge=1)
    mllm_heads: int = Field(default=4, ge=1)
    vision_hidden: int = Field(default=32, ge=16)
    vision_layers: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _heads_divide(self) -> "NanoConfig":
        if self.mllm_hidden % (self.mllm_heads * 2) or self.vision_hidden % 4 or self.text_dim % 4:
            raise ValueError("widths must be divisible by their heads (and by two per head in the MLLM)")
        if any(channels % 4 for channels in self.vae_channels):
            raise ValueError("vae_channels must be divisible by 4, the number of normalisation groups")
        return self

    def build(self, folder: Path) -> Path:
        """Write the base into `folder` (see `models.nano.recipe.build_nano`) and return it."""
        from models.nano.recipe import build_nano

        return build_nano(self, folder)
