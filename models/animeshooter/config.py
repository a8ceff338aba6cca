"""Settings of AnimeShooterGen: the parts between a frozen MLLM and a frozen video generator, and the sampler.

Sizes the paper states are the defaults (appendix B.1: 12-layer Q-Former, 64 learnable queries); it states none of
the others, which are marked so.
"""

from typing import Literal

from pydantic import Field, field_validator

from pegbar.config import Config


class VideoShape(Config):
    """The shape of one shot: CogVideoX takes 8N+1 frames (1 is a still) and sides divisible by 16."""

    height: int = Field(default=64, ge=16, multiple_of=16)
    width: int = Field(default=64, ge=16, multiple_of=16)
    num_frames: int = Field(default=9, ge=1)
    fps: int = Field(default=8, ge=1)

    @field_validator("num_frames")
    @classmethod
    def _eight_n_plus_one(cls, value: int) -> int:
        if value % 8 != 1:
            raise ValueError(f"num_frames must be 8N+1, got {value}")
        return value


class AnimeShooterConfig(Config):
    """What is built between the MLLM and the generator, and how much context the MLLM sees.

    Args:
        num_queries: learnable queries per shot (paper: 64).
        qformer_layers: depth of the adapter (paper: 12).
        qformer_hidden: width of the adapter (not stated; 768 is BLIP-2's).
        cross_attention_frequency: every how many layers the adapter looks at the queries' hidden states.
        context_shots: shots of context at most; beyond them the window slides (paper, appendix C.6: 3).
        image_min_pixels: pixels of a picture handed to the MLLM, at least.
        image_max_pixels: and at most; one token is 28x28 pixels.
        caption_max_tokens: MLLM tokens of one caption at most; the rest is cut off.
        frozen_dtype: precision of the frozen parts; what trains is always float32.
        seed: of the initial weights of queries and adapter.
    """

    num_queries: int = Field(default=64, ge=1)
    qformer_layers: int = Field(default=12, ge=1)
    qformer_hidden: int = Field(default=768, ge=8)
    qformer_heads: int = Field(default=12, ge=1)
    qformer_dropout: float = Field(default=0.0, ge=0, lt=1)
    cross_attention_frequency: int = Field(default=2, ge=1)
    context_shots: int = Field(default=3, ge=0)
    image_min_pixels: int = Field(default=56 * 56, ge=28 * 28)
    image_max_pixels: int = Field(default=448 * 448, ge=28 * 28)
    caption_max_tokens: int = Field(default=256, ge=1)
    frozen_dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    seed: int = 0


class SamplerConfig(Config):
    """How a shot is denoised. Steps and guidance are not stated in the paper; these are CogVideoX-2B's own."""

    num_inference_steps: int = Field(default=50, ge=1, le=1000)
    guidance_scale: float = Field(default=6.0, ge=1)
    num_threads: int = Field(default=1, ge=1)
