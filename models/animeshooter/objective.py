"""The two losses of the paper's stages, over batches in which every random draw is already made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor
from torch.nn import functional

from models.animeshooter.model import AnimeShooter
from models.animeshooter.sequence import ShotSequence

Loss = Literal["t5_mse", "velocity_mse"]


@dataclass(frozen=True)
class Batch:
    """B sequences of n shots.

    Args:
        step: number of the training step it belongs to.
        latents: (B*n, T, C, h, w) for "velocity_mse".
        noise: as `latents`. timesteps: (B*n,), of the scheduler.
        text_features: (B*n, condition_length, text_dim) for "t5_mse".
    """

    step: int
    sample_ids: tuple[str, ...]
    sequences: tuple[ShotSequence, ...]
    latents: Tensor | None = None
    noise: Tensor | None = None
    timesteps: Tensor | None = None
    text_features: Tensor | None = None


def text_alignment_loss(model: AnimeShooter, sequences: Sequence[ShotSequence], text_features: Tensor) -> Tensor:
    """Return the mean squared error between conditions and T5 features, over all positions (stage 1)."""
    return functional.mse_loss(model.condition(sequences), text_features.to(model.device))


def velocity_loss(
    model: AnimeShooter, sequences: Sequence[ShotSequence], latents: Tensor, noise: Tensor, timesteps: Tensor
) -> Tensor:
    """Return the v-prediction error of all shots, through the frozen generator (stages 2 to 4).

    Equation 4 of the paper is on the noise; CogVideoX-2B predicts v and has no signal left at its last timestep,
    where an error on the noise would teach nothing.
    """
    latents, noise, timesteps = (value.to(model.device) for value in (latents, noise, timesteps))
    noisy = model.scheduler.add_noise(latents, noise, timesteps)
    target = model.scheduler.get_velocity(latents, noise, timesteps)
    return functional.mse_loss(model.velocity(noisy, model.condition(sequences), timesteps), target)


def batch_loss(model: AnimeShooter, loss: Loss, batch: Batch) -> Tensor:
    """Return the loss named `loss` of a batch that carries what it needs."""
    if loss == "t5_mse":
        return text_alignment_loss(model, batch.sequences, _given(batch.text_features))
    return velocity_loss(model, batch.sequences, _given(batch.latents), _given(batch.noise), _given(batch.timesteps))


def _given(value: Tensor | None) -> Tensor:
    if value is None:
        raise TypeError("the batch was made for another loss")
    return value
