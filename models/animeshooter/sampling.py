"""Generates a story shot by shot: each shot sees the reference and the last frames of the shots before it."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.animeshooter.config import SamplerConfig
from models.animeshooter.model import AnimeShooter
from models.animeshooter.seeds import derived_seed
from models.animeshooter.sequence import Picture, ShotSequence, context_range
from models.animeshooter.threads import cpu_threads
from pegbar.errors import InputError


def sequence_for(
    shot: int, reference: Picture, captions: Sequence[str], shots: Sequence[Picture], context_shots: int
) -> ShotSequence:
    """Return what shot `shot` (from 0) is generated from.

    Args:
        shots: those generated so far, (F, H, W, 3) each; their last frames are the context.
    """
    earlier = context_range(shot, context_shots)
    return ShotSequence(
        reference=reference,
        captions=tuple(captions[index] for index in (*earlier, shot)),
        frames=tuple(shots[index][-1] for index in earlier),
    )


@torch.inference_mode()
def generate_story(
    model: AnimeShooter, reference: Picture, captions: Sequence[str], seed: int, config: SamplerConfig
) -> list[NDArray[np.uint8]]:
    """Return one array (F, H, W, 3) of RGB frames per caption; the same seed gives the same frames.

    Raises:
        InputError: no captions, or a reference that is not uint8 RGB.
    """
    if not captions:
        raise InputError("a story without captions", remedy="give one caption per shot")
    shots: list[NDArray[np.uint8]] = []
    with cpu_threads(config.num_threads):
        for index in range(len(captions)):
            sequence = sequence_for(index, reference, captions, shots, model.config.context_shots)
            shots.append(_denoise(model, sequence, derived_seed("sample", seed, index), config))
    return shots


def conditions(model: AnimeShooter, sequence: ShotSequence) -> tuple[Tensor, Tensor]:
    """Return the condition of the sequence's last shot, and the one without reference and captions.

    Context frames stay in both, as they do when training hides reference and captions.
    """
    blank = sequence.without(reference=True, captions=True)
    return model.condition([sequence])[-1:], model.condition([blank])[-1:]


def _denoise(model: AnimeShooter, sequence: ShotSequence, seed: int, config: SamplerConfig) -> NDArray[np.uint8]:
    condition, unconditional = conditions(model, sequence)
    noise = torch.randn((1, *model.latent_shape), generator=torch.Generator().manual_seed(seed))
    video = model.pipeline(
        prompt_embeds=condition.to(model.frozen_dtype),
        negative_prompt_embeds=unconditional.to(model.frozen_dtype),
        latents=noise.to(model.device, model.frozen_dtype),
        height=model.video.height,
        width=model.video.width,
        num_frames=model.video.num_frames,
        num_inference_steps=config.num_inference_steps,
        guidance_scale=config.guidance_scale,
        output_type="np",
    ).frames[0]
    frames: NDArray[np.uint8] = (video * 255).round().astype(np.uint8)
    return frames
