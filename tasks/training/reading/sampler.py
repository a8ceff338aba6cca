"""Batches of one rank, from an order all ranks share, with a state that says nothing of ranks and workers."""

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from pydantic import Field, ValidationError
from torch.utils.data import Sampler

from pegbar.errors import ConfigurationError
from pegbar.records import Record
from tasks.training.reading.order import SampleOrder

Tail = Literal["carry", "short"]


class ReadState(Record):
    """How far all ranks together have come: whole epochs, and samples of the present one.

    Args:
        dataset: digest of what is read (`Samples.digest`). seed: of the order.
    """

    epoch: int = Field(ge=0)
    consumed: int = Field(ge=0)
    seed: int
    dataset: str


class NumberedSamples(Protocol):
    """What a sampler must know of samples: how many there are, and what makes them those and no others."""

    @property
    def digest(self) -> str:
        """Digest of the samples and their numbers."""
        ...

    def __len__(self) -> int: ...


class StatefulSampler(Sampler[list[int]]):
    """Gives one rank its batches: of every `num_ranks * batch_size` places of the order, a run of its own.

    No sample is left out, doubled or padded: over an epoch the ranks' batches are every sample once, for any number of
    ranks, and after any resumption. What is left of an epoch when it does not fill a batch on every rank is, by `tail`:

    - ``carry``: filled up with the beginning of the next epoch. The order never ends, and every batch on every rank is
      full: what a training loop that counts steps wants, and what gradients averaged over ranks are right for.
    - ``short``: spread evenly, so that batches differ by one sample at most, and where ranks are more than samples some
      are empty (``[]``); the iterator ends with the epoch. All ranks still make the same number of steps, so nobody
      waits for ever in a collective operation; a loss averaged over ranks must be weighted by the batches' sizes.

    Batches are drawn ahead of their use; `hand_over` is what counts one. Iterating begins at the first that is not
    counted.

    Args:
        samples: what the batches are of. seed: of the order.
        rank, num_ranks: this process among those that train together.

    Raises:
        ConfigurationError: no such rank or batch. InputError: there is no sample.
    """

    def __init__(
        self,
        samples: NumberedSamples,
        batch_size: int,
        *,
        seed: int = 0,
        rank: int = 0,
        num_ranks: int = 1,
        tail: Tail = "carry",
    ) -> None:
        if batch_size < 1 or not 0 <= rank < num_ranks:
            raise ConfigurationError(
                f"there is no rank {rank} of {num_ranks} with batches of {batch_size}",
                remedy="count ranks from 0, with at least one sample in a batch",
            )
        self.order = SampleOrder(len(samples), seed)
        self.dataset = samples.digest
        self.batch_size = batch_size
        self.rank = rank
        self.num_ranks = num_ranks
        self.tail = tail
        self._place = 0

    def __iter__(self) -> Iterator[list[int]]:
        """Yield this rank's batches from the first that was not handed over; nothing is counted."""
        first = self._place
        end = self._epoch_end(first)
        while self.tail == "carry" or first < end:
            last = self._step_end(first)
            size, rank = last - first, self.rank
            yield self.order.between(first + size * rank // self.num_ranks, first + size * (rank + 1) // self.num_ranks)
            first = last

    def __len__(self) -> int:
        """Return the number of batches in the present epoch, those handed over included.

        Raises:
            TypeError: the order has no end.
        """
        if self.tail == "carry":
            raise TypeError("an order that carries its tail over has no end")
        step, consumed = self.num_ranks * self.batch_size, self._place % self.order.num_samples
        return consumed // step - (consumed - self.order.num_samples) // step

    def hand_over(self) -> None:
        """Count the next batch of every rank as used: it goes to the training loop now."""
        self._place = self._step_end(self._place)

    def state(self) -> ReadState:
        """Return how far the training loop has come; the same on every rank that made as many steps."""
        epoch, consumed = divmod(self._place, self.order.num_samples)
        return ReadState(epoch=epoch, consumed=consumed, seed=self.order.seed, dataset=self.dataset)

    def state_dict(self) -> dict[str, int | str]:
        """Return the state as plain values."""
        return self.state().model_dump()

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on from a state, whatever the ranks, workers and batch size that led to it.

        Raises:
            ConfigurationError: it is no such state, or one of another dataset, view or seed.
        """
        try:
            loaded = ReadState.model_validate(dict(state))
        except ValidationError as error:
            raise ConfigurationError.from_validation("the state of the reader", error) from error
        _check_same("dataset", loaded.dataset, self.dataset)
        _check_same("seed", loaded.seed, self.order.seed)
        if loaded.consumed >= self.order.num_samples:
            raise ConfigurationError(
                f"the state has {loaded.consumed} samples of an epoch of {self.order.num_samples}",
                remedy="resume from another checkpoint, or start anew",
            )
        self._place = loaded.epoch * self.order.num_samples + loaded.consumed

    def _epoch_end(self, place: int) -> int:
        return (place // self.order.num_samples + 1) * self.order.num_samples

    def _step_end(self, place: int) -> int:
        full = place + self.num_ranks * self.batch_size
        return full if self.tail == "carry" else min(full, self._epoch_end(place))


def _check_same(what: str, found: int | str, wanted: int | str) -> None:
    if found != wanted:
        raise ConfigurationError(
            f"the state is of {what} {found}, what is read now has {wanted}",
            remedy=f"resume with the {what} of the state, or start anew",
            subject=str(found),
        )
