"""Random numbers derived from what they are for, so that a resumed run draws the same ones."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pegbar.digests import digest_of


def derived_seed(*parts: int | str) -> int:
    """Return a 63-bit seed that depends on every part and on nothing else."""
    return int(digest_of(list(parts))[:16], 16) >> 1


def generator_of(*parts: int | str) -> torch.Generator:
    """Return a CPU generator seeded by `derived_seed`."""
    return torch.Generator().manual_seed(derived_seed(*parts))


def noise_of(parts: Sequence[int | str], shape: Sequence[int]) -> Tensor:
    """Return float32 standard normal noise of `shape`, drawn on the CPU whatever the device that uses it."""
    return torch.randn(tuple(shape), generator=generator_of(*parts, "noise"))


def timesteps_of(parts: Sequence[int | str], count: int, num_train_timesteps: int) -> Tensor:
    """Return `count` int64 timesteps, uniform over 0..num_train_timesteps-1."""
    return torch.randint(num_train_timesteps, (count,), generator=generator_of(*parts, "timesteps"))
