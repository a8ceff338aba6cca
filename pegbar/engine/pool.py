"""The embedded engine's crew: processes of this machine, each with a pipe of its own, so that a death names its item.

Long items are handed out one by one. Of short ones, a few lie ready in each pipe: to wake us for every item of some
milliseconds would cost more than one in a hundred of them. They come back to the front of the queue if the worker dies.
"""

import time
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import wait
from typing import Literal

from pydantic import Field

from pegbar.config import Config
from pegbar.engine.base import WorkerDeath
from pegbar.engine.engine import Engine
from pegbar.engine.worker import Task, Worker

PIPE_SECONDS, MAX_PIPE_ITEMS, MAX_PIPE_BYTES = 2.0, 16, 32_768  # what may lie in one worker's pipe


class PoolConfig(Config):
    """Worker processes on this machine.

    Args:
        num_workers: processes at once, one core each.
        max_item_seconds: of wall clock for one item; one that takes longer has cost its worker, and itself a try.
    """

    kind: Literal["pool"] = "pool"
    num_workers: int = Field(default=2, ge=1)
    max_item_seconds: float | None = Field(default=None, gt=0)

    def build(self) -> Engine:
        """Return an engine over these workers; each starts when it is first needed."""
        return Engine(PoolCrew(self))


class PoolCrew:
    """Spawned processes that die with this one."""

    def __init__(self, config: PoolConfig) -> None:
        self._config = config
        self._workers: list[Worker] = []
        self._waiting: deque[Task] = deque()

    @property
    def width(self) -> int:
        """One item per worker, or as many short ones as may lie in its pipe."""
        return self._config.num_workers * self._items_per_pipe

    @property
    def _items_per_pipe(self) -> int:
        slowest = max((worker.seconds_per_item for worker in self._workers), default=0.0)
        return max(1, min(MAX_PIPE_ITEMS, int(PIPE_SECONDS / slowest))) if slowest else 1

    def open(self) -> None:
        """Start nothing yet."""

    def give(self, ticket: int, function: bytes, item: bytes) -> None:
        """Put an item in the queue."""
        self._waiting.append(Task(ticket, function, item))

    def take(self) -> list[tuple[int, bytes | WorkerDeath]]:
        """Deal out what waits, until at least one item is answered.

        Raises:
            ServiceError: a worker died before it could take its first item.
        """
        answered: list[tuple[int, bytes | WorkerDeath]] = []
        while not answered:
            self._deal()
            busy = [worker for worker in self._workers if worker.tasks]
            wait([worker.connection for worker in busy])
            time.sleep(self._spare_seconds(busy))
            answered = [answer for worker in busy for answer in self._heard(worker)]
        return answered

    def _deal(self) -> None:
        while self._waiting and (worker := self._free()) is not None:
            if worker.is_given(self._waiting[0]):
                self._waiting.popleft()
            elif worker.tasks:
                return  # what it leaves behind is heard of next
            else:
                self._bury(worker)  # killed while it had nothing to do

    def _free(self) -> Worker | None:
        least = min(self._workers, key=lambda worker: len(worker.tasks), default=None)
        if least is None or (least.tasks and len(self._workers) < self._config.num_workers):
            least = Worker(self._config.max_item_seconds)
            self._workers.append(least)
        if least.tasks and (len(least.tasks) >= self._items_per_pipe or least.num_bytes > MAX_PIPE_BYTES):
            return None
        return least

    def _spare_seconds(self, busy: list[Worker]) -> float:
        """Return for how long nobody will run out of work: we may as well sleep, and hear of several items at once."""
        return min((len(worker.tasks) - 1) / 2 * worker.seconds_per_item for worker in busy)

    def _heard(self, worker: Worker) -> Iterator[tuple[int, bytes | WorkerDeath]]:
        try:
            yield from worker.answers()
        except EOFError:
            suspect = worker.tasks.popleft()
            self._waiting.extendleft(reversed(worker.tasks))
            yield suspect.ticket, WorkerDeath(self._bury(worker))

    def drop(self) -> None:
        """Kill every worker that has an item."""
        self._waiting.clear()
        for worker in [worker for worker in self._workers if worker.tasks]:
            self._bury(worker)

    def close(self) -> None:
        """Let idle workers end by themselves; none outlives this."""
        self.drop()
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.wait()
        self._workers.clear()

    def _bury(self, worker: Worker) -> str:
        self._workers.remove(worker)
        return worker.end()
