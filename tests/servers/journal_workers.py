"""What the other processes of a journal test do; importable by them under any start method."""

import itertools
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from typing import Any

from pegbar.calls import CallBudget, Spent
from pegbar.errors import CallBudgetError, ConflictError, PegbarError
from pegbar.journal import Journal, PromotionEntry

Work = Callable[..., object]


def race(work: Work, num_processes: int, *arguments: object) -> list[Any]:
    """Run `work(barrier, index, *arguments)` in that many processes at once; return what each returned."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(num_processes)
    results = context.Queue()
    processes = [
        context.Process(target=_answer, args=(results, work, barrier, index, *arguments), daemon=True)
        for index in range(num_processes)
    ]
    for process in processes:
        process.start()
    try:
        return [results.get(timeout=90) for _ in processes]
    except Empty:
        raise AssertionError("a racing process died without an answer") from None
    finally:
        for process in processes:
            process.join(10)
            process.kill()


def _answer(results: Any, work: Work, *arguments: object) -> None:
    try:
        results.put(work(*arguments))
    except PegbarError as error:
        results.put(repr(error))


def open_and_begin(barrier: Barrier, index: int, url: str) -> str:
    """Open a journal nobody has opened before, and use it at once."""
    barrier.wait()
    journal = Journal.open(url)
    journal.begin_run(f"run-{index}", "curate", {}, "films", "studio")
    return "opened"


def promote(barrier: Barrier, index: int, url: str, expected_head: str | None) -> str:
    """Try to add to the log of the model named "m"."""
    journal = Journal.open(url)
    entry = PromotionEntry(model="m", action="promoted", to_version=str(index), actor=f"p{index}", reason="race")
    barrier.wait()
    try:
        return journal.append_promotion("m", expected_head, entry).digest
    except ConflictError:
        return "conflict"


def count_under_lease(barrier: Barrier, index: int, url: str, counter: str, rounds: int) -> int:
    """Add 1 to the number in a file, slowly, under a lease, so many times."""
    journal = Journal.open(url)
    path = Path(counter)
    barrier.wait()
    for _ in range(rounds):
        with journal.leased("counter", f"p{index}", ttl_seconds=30, wait_seconds=60):
            value = int(path.read_text())
            time.sleep(0.005)
            path.write_text(str(value + 1))
    return rounds


def link(barrier: Barrier, index: int, url: str, run_id: str) -> None:
    """Add one link of its own to the run."""
    journal = Journal.open(url)
    barrier.wait()
    for round_ in range(5):
        journal.link_run(run_id, **{f"link_{index}_{round_}": str(index)})


def spend_all(barrier: Barrier, index: int, url: str, budget: CallBudget) -> int:
    """Make calls of the run named "run" until the budget says no; return how many."""
    journal = Journal.open(url)
    barrier.wait()
    for num_calls in itertools.count():
        try:
            call = journal.reserve_call("run", f"question {index} {num_calls}", "gpt", budget)
        except CallBudgetError:
            return num_calls
        journal.settle_call(call, Spent(num_calls=1), "answered")
    raise AssertionError("unreachable")


def begin_hold_and_die(url: str, run_id: str, lease: str) -> None:
    """Begin a run and an attempt, take a lease, and be killed."""
    journal = Journal.open(url)
    journal.begin_run(run_id, "train", {}, "films", "studio")
    journal.begin_attempt("k" * 64, "train_stage", run_id)
    journal.acquire_lease(lease, f"holder of {run_id}", ttl_seconds=3600)
    os.kill(os.getpid(), signal.SIGKILL)


def killed_while_holding(url: str, run_id: str, lease: str) -> None:
    """Run `begin_hold_and_die` in a process of its own and wait for its end."""
    process = multiprocessing.get_context("spawn").Process(target=begin_hold_and_die, args=(url, run_id, lease))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
