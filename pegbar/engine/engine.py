"""The engine: one function over many items, the same whatever crew of workers does it.

A bad item never fails its neighbours. An exception becomes a failure with its reason; a worker that dies costs its
item one try. The second try is made alone, when nothing else runs: memory that ran out for two may suffice for one,
and nobody else is under suspicion. After two tries the item is quarantined.
"""

import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from pegbar.engine.base import Crew, FailureBudget, ItemResult, WorkerDeath
from pegbar.engine.boundary import Stop
from pegbar.errors import FailureBudgetError

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
MAX_TRIES = 2
NUM_REASONS = 3


class Engine:
    """Runs batches of items over one crew, whose workers live from batch to batch; a context manager."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._one_batch = threading.Lock()

    def __enter__(self) -> Self:
        """Start what all batches share."""
        self._crew.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers."""
        self._crew.close()

    def process(
        self,
        function: Callable[[ItemT], ResultT],
        items: Iterable[tuple[str, ItemT]],
        *,
        cost: Callable[[ItemT], float] | None = None,
        budget: FailureBudget | None = None,
        on_done: Callable[[str], None] = lambda item_id: None,
    ) -> list[ItemResult[ResultT]]:
        """Apply `function` to every (id, item) and return the results in the order given.

        Only as many items as the crew is wide are out at once, and no other is pickled. Without `cost` items are drawn
        from `items` when there is room for one; with it they are done longest first, ties in the order given.

        Args:
            function: a module-level function, or a `partial` of one; it runs in another process. What is bound to it
                travels apart from the items and is unpickled once.
            cost: how long an item takes, in any unit.
            budget: failures for no fault of the items' that are borne; without it, all are.
            on_done: told each id as it ends.

        Raises:
            StorageError: the disk is full or read-only, which is nobody's item's fault; so for the like of it.
            FailureBudgetError: too many items failed for a reason that is not theirs.
        """
        numbered: Iterable[tuple[int, tuple[str, ItemT]]] = enumerate(items)
        if cost is not None:
            numbered = sorted(numbered, key=lambda entry: -cost(entry[1][1]))
        with self._one_batch:
            return _Batch[ItemT, ResultT](self._crew, function, budget, on_done).run(iter(numbered))


@dataclass
class _Out:
    """One item that a worker has: pickled, for a second try."""

    item_id: str
    item: bytes
    num_tries: int = 0


class _Batch(Generic[ItemT, ResultT]):
    """One call of `Engine.process`."""

    def __init__(
        self,
        crew: Crew,
        function: Callable[[ItemT], ResultT],
        budget: FailureBudget | None,
        on_done: Callable[[str], None],
    ) -> None:
        self._crew, self._function, self._budget, self._on_done = crew, pickle.dumps(function), budget, on_done
        self._out: dict[int, _Out] = {}
        self._suspects: deque[tuple[int, _Out]] = deque()
        self._results: dict[int, ItemResult[ResultT]] = {}
        self._reasons: list[str] = []

    def run(self, items: Iterator[tuple[int, tuple[str, ItemT]]]) -> list[ItemResult[ResultT]]:
        try:
            self._fill(items)
            while self._out:
                for ticket, answer in self._crew.take():
                    self._book(ticket, answer)
                self._fill(items)
        finally:
            if self._out:
                self._crew.drop()
        return [result for _, result in sorted(self._results.items())]

    def _fill(self, items: Iterator[tuple[int, tuple[str, ItemT]]]) -> None:
        while len(self._out) < self._crew.width:
            entry = next(items, None)
            if entry is None:
                break
            ticket, (item_id, item) = entry
            self._give(ticket, _Out(item_id, pickle.dumps(item)))
        if not self._out and self._suspects:
            self._give(*self._suspects.popleft())

    def _give(self, ticket: int, out: _Out) -> None:
        self._out[ticket] = out
        self._crew.give(ticket, self._function, out.item)

    def _book(self, ticket: int, answer: bytes | WorkerDeath) -> None:
        out = self._out.pop(ticket)
        if isinstance(answer, WorkerDeath):
            out.num_tries += 1
            if out.num_tries < MAX_TRIES:
                self._suspects.append((ticket, out))
                return
            reason = f"its worker process died {MAX_TRIES} times; quarantined"
            result: Any = ItemResult("", "failed_permanent", reason=reason, detail=answer.cause)
        else:
            result = pickle.loads(answer)  # noqa: S301 - from our own worker
            if isinstance(result, Stop):
                raise result.error
        self._results[ticket] = replace(result, item_id=out.item_id)
        self._on_done(out.item_id)
        if result.outcome == "failed_retryable" or out.num_tries == MAX_TRIES:
            self._spend(result.reason)

    def _spend(self, reason: str) -> None:
        self._reasons.append(reason)
        num_failed, num_done = len(self._reasons), len(self._results)
        if self._budget is not None and self._budget.is_spent(num_failed, num_done):
            first = "; ".join(dict.fromkeys(self._reasons[:NUM_REASONS]))
            raise FailureBudgetError(
                f"{num_failed} of the first {num_done} items failed for a reason that is not theirs: {first}",
                remedy="pegbar doctor, then: pegbar resume",
            )
