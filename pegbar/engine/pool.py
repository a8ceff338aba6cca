"""The embedded engine: items over a process pool, each with an outcome of its own.

A bad item never fails its neighbours. An exception becomes a failure with its reason; a worker that
dies (killed, out of memory) costs its item one try, and after two tries the item is quarantined.
"""

import multiprocessing
import os
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from pegbar.errors import (
    CallBudgetError,
    ConfigurationError,
    MissingExtraError,
    PegbarError,
    ServiceError,
    StorageError,
)
from pegbar.orphans import die_with_parent
from pegbar.records import Outcome

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
MAX_TRIES = 2


@dataclass(frozen=True)
class ItemResult(Generic[ResultT]):
    """What became of one item: a value, or the reason there is none."""

    item_id: str
    outcome: Outcome
    value: ResultT | None = None
    reason: str = ""
    detail: str = ""


def process_items(
    function: Callable[[ItemT], ResultT],
    items: Sequence[tuple[str, ItemT]],
    *,
    num_workers: int,
    on_done: Callable[[str], None] = lambda item_id: None,
) -> list[ItemResult[ResultT]]:
    """Apply `function` to every (id, item) and return the results in the order given.

    Args:
        function: a module-level function; it runs in another process.
        num_workers: processes at once; never more than items.
        on_done: told each id as it ends.

    Raises:
        StorageError: the disk is full or read-only, which is nobody's item's fault.
    """
    results: dict[str, ItemResult[ResultT]] = {}
    waiting = list(items)
    for last_try in (False, True):
        waiting = _one_round(function, waiting, results, num_workers if not last_try else 1, on_done)
        if not waiting:
            break
    for item_id, _ in waiting:
        results[item_id] = ItemResult(
            item_id, "failed_permanent", reason=f"its worker process died {MAX_TRIES} times; quarantined"
        )
    return [results[item_id] for item_id, _ in items]


def _one_round(
    function: Callable[[ItemT], ResultT],
    items: list[tuple[str, ItemT]],
    results: dict[str, ItemResult[ResultT]],
    num_workers: int,
    on_done: Callable[[str], None],
) -> list[tuple[str, ItemT]]:
    """Run items once; return those whose worker died. One worker means one pool per item."""
    groups = [items] if num_workers > 1 else [[item] for item in items]
    died: list[tuple[str, ItemT]] = []
    for group in groups:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            min(num_workers, len(group)), mp_context=context, initializer=die_with_parent, initargs=(os.getpid(),)
        ) as pool:
            futures: dict[Future[ItemResult[ResultT]], tuple[str, ItemT]] = {
                pool.submit(_guarded, function, item_id, item): (item_id, item) for item_id, item in group
            }
            for future in as_completed(futures):
                item_id, item = futures[future]
                try:
                    results[item_id] = future.result()
                except BrokenProcessPool:
                    died.append((item_id, item))
                    continue
                on_done(item_id)
    return died


def _guarded(function: Callable[[ItemT], ResultT], item_id: str, item: ItemT) -> ItemResult[ResultT]:
    """Turn an exception into a failure: the one place where anything may be caught."""
    try:
        return ItemResult(item_id, "kept", function(item))
    except (StorageError, CallBudgetError, ConfigurationError, MissingExtraError):
        raise  # nobody's film is at fault: the run stops
    except ServiceError as error:
        return ItemResult(item_id, "failed_retryable", reason=error.what, detail=error.remedy)
    except PegbarError as error:
        return ItemResult(item_id, "failed_permanent", reason=error.what, detail=error.remedy)
    except Exception as error:  # noqa: BLE001 - the item boundary (house style 9)
        return ItemResult(
            item_id,
            "failed_retryable",
            reason=f"{type(error).__name__}: {error}",
            detail=traceback.format_exc(),
        )
