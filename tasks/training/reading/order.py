"""The one order in which samples are read: epoch after epoch, each a permutation of its own."""

from functools import lru_cache

import torch
from torch import Tensor

from models.animeshooter.seeds import generator_of
from pegbar.errors import InputError


class SampleOrder:
    """A pure function of (seed, epoch, number of samples); place p is sample p % n of epoch p // n.

    Raises:
        InputError: there is no sample.
    """

    def __init__(self, num_samples: int, seed: int) -> None:
        if num_samples < 1:
            raise InputError("there is no sample to read", remedy="pegbar data show, then curate more films")
        self.num_samples = num_samples
        self.seed = seed

    def between(self, first: int, last: int) -> list[int]:
        """Return the samples at places first..last-1, which may lie in several epochs."""
        chosen: list[int] = []
        while first < last:
            epoch, start = divmod(first, self.num_samples)
            end = min(self.num_samples, start + last - first)
            chosen += _permutation(self.seed, epoch, self.num_samples)[start:end].tolist()
            first += end - start
        return chosen


@lru_cache(maxsize=4)  # two epochs of two orders: neighbouring batches share them
def _permutation(seed: int, epoch: int, num_samples: int) -> Tensor:
    return torch.randperm(num_samples, generator=generator_of(seed, "order", epoch))
