"""Hands batches to a training loop, read ahead of it, and counts exactly what it handed over."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import BaseContext
from typing import Any, Generic, Literal, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

from pegbar.errors import ConfigurationError, PegbarError
from tasks.training.reading.sampler import StatefulSampler
from tasks.training.reading.samples import Samples

T = TypeVar("T")
B = TypeVar("B")
StartMethod = Literal["fork", "forkserver", "spawn"]
PRELOADED = ["torch.utils.data", "tasks.training.reading.loader"]


class SampleLoader(Generic[B]):
    """Batches of one rank, epoch after epoch; Lightning saves and restores where it stood, in mid-epoch too.

    The state is the sampler's: `load_state_dict` goes on exactly, with any number of workers, ranks and threads.
    Lightning keeps a count of batches of its own; resumed with other ranks it is only right if the trainer counts
    steps (``max_steps``, one epoch, and `num_steps` here).

    Args:
        collate: makes a batch of samples, where they are read; without it a batch is a list.
        num_workers: processes that read; 0 reads in a thread of this one.
        num_ahead: batches read before they are asked for, by each worker.
        start_method: how workers start; a plain fork of a process with an orchestrator's threads does not end well.
            The server that forks them keeps the environment (credentials too) of its start; "spawn" takes today's.
        num_steps: what ``len`` says of an order that has no end.

    Raises:
        ConfigurationError: nothing is to be read ahead.
    """

    def __init__(
        self,
        samples: Samples[T],
        sampler: StatefulSampler,
        collate: Callable[[list[T]], B] = list,  # type: ignore[assignment]
        *,
        num_workers: int = 0,
        num_ahead: int = 2,
        start_method: StartMethod = "forkserver",
        num_steps: int | None = None,
    ) -> None:
        if num_ahead < 1 or num_workers < 0:
            raise ConfigurationError(
                f"{num_workers} workers cannot read {num_ahead} batches ahead", remedy="read at least one batch ahead"
            )
        self.samples = samples
        self.sampler = sampler
        self.collate = collate
        self.num_workers = num_workers
        self.num_ahead = num_ahead
        self.start_method = start_method
        self.num_steps = num_steps

    def __len__(self) -> int:
        """Return the number of batches, those before a resumption included: of the epoch, or of the whole training.

        Raises:
            TypeError: the order has no end and nobody said how many steps are wanted.
        """
        return len(self.sampler) if self.num_steps is None else self.num_steps

    def __iter__(self) -> Iterator[B]:
        """Yield the batches not yet handed over.

        Raises:
            IntegrityError, StorageError: as `Samples`, whichever process read.
        """
        for batch in self._batches():
            if isinstance(batch, PegbarError):
                raise batch
            self.sampler.hand_over()
            yield batch

    def state_dict(self) -> dict[str, int | str]:
        """Return how far the training loop has come."""
        return self.sampler.state_dict()

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on from there; errors as `StatefulSampler.load_state_dict`."""
        self.sampler.load_state_dict(state)

    def _batches(self) -> Iterator[B | PegbarError]:
        loader: DataLoader[B | PegbarError] = DataLoader(
            _Delivered(self.samples, self.collate),
            batch_sampler=self.sampler,
            num_workers=self.num_workers,
            collate_fn=_as_it_is,
            prefetch_factor=self.num_ahead if self.num_workers else None,
            multiprocessing_context=_context(self.start_method) if self.num_workers else None,
            generator=torch.Generator(),  # otherwise it would draw from the generator of the training
        )
        return iter(loader) if self.num_workers else _read_ahead(iter(loader), self.num_ahead)


class _Delivered(Dataset[B | PegbarError]):
    """Batches as they cross from the process that read them: an error goes as a value, or torch would lose its kind."""

    def __init__(self, samples: Samples[T], collate: Callable[[list[T]], B]) -> None:
        self.samples = samples
        self.collate = collate

    def __getitems__(self, indices: Sequence[int]) -> B | PegbarError:
        try:
            return self.collate(self.samples.__getitems__(indices))
        except PegbarError as error:
            return error


def _context(start_method: StartMethod) -> BaseContext:
    context = multiprocessing.get_context(start_method)
    if start_method == "forkserver":
        context.set_forkserver_preload(PRELOADED)  # so that every worker but the first starts at once
    return context


def _as_it_is(batch: Any) -> Any:
    return batch


def _read_ahead(batches: Iterator[T], num_ahead: int) -> Iterator[T]:
    """Yield what an iterator yields, while a thread is so many items ahead."""
    thread = ThreadPoolExecutor(1)
    try:
        waiting = deque(thread.submit(_next_of, batches) for _ in range(num_ahead))
        while found := waiting.popleft().result():
            waiting.append(thread.submit(_next_of, batches))
            yield found[0]
    finally:
        thread.shutdown(cancel_futures=True)


def _next_of(items: Iterator[T]) -> tuple[()] | tuple[T]:
    for item in items:
        return (item,)
    return ()
