"""One contract for every crew: a bad item never harms its neighbours, and every item ends in a definite state."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from engine_items import PICKLED, Weighed, die_once, name_of, noted_work, process_id, work
from engine_kinds import ENGINES, skip_without

from pegbar.engine import Engine, FailureBudget, running_engine
from pegbar.errors import DiskFullError, FailureBudgetError

MOST_OUT = {"pool": 2 * 16, "ray": 2 * 2}  # of short items; of long ones, the pool has one per worker out


@pytest.fixture(scope="module", params=ENGINES)
def kind(request: pytest.FixtureRequest) -> str:
    skip_without(request.param)
    return str(request.param)


@pytest.fixture(scope="module")
def engine(kind: str) -> Iterator[Engine]:
    """Give one engine for all tests: what a test leaves behind, the next one finds."""
    with running_engine(ENGINES[kind]) as engine:
        yield engine


def named(*names: str) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def test_each_item_ends_in_its_own_state_and_order_is_kept(engine: Engine) -> None:
    names = ["slow", "empty", "dies", "bug", "away", "leaves", "stays", "b"]
    results = engine.process(work, named(*names))
    assert [result.item_id for result in results] == names
    assert {result.item_id: result.outcome for result in results} == {
        "slow": "kept",
        "empty": "failed_permanent",
        "dies": "failed_permanent",
        "bug": "failed_retryable",
        "away": "failed_retryable",
        "leaves": "failed_permanent",
        "stays": "failed_retryable",
        "b": "kept",
    }
    assert [result.value for result in results] == ["SLOW", None, None, None, None, None, None, "B"]
    reasons = {result.item_id: result.reason for result in results}
    assert reasons["dies"] == reasons["leaves"] == "its worker process died 2 times; quarantined"
    assert (reasons["empty"], reasons["away"]) == ("film empty is empty", "no answer")
    assert "ZeroDivisionError" in results[3].detail
    assert "pickle" in reasons["stays"]


def test_a_killed_worker_costs_its_item_one_try_and_its_neighbours_none(engine: Engine, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    names = ["slow", "dies", *"abcdefgh"]
    engine.process(noted_work, [(name, (name, notes)) for name in names])
    tries = Counter(notes.read_text().split())
    assert tries == Counter(names) + Counter(["dies"])
    assert notes.read_text().split()[-1] == "dies"  # tried again when nobody else was left to harm


def test_what_dies_once_is_kept(engine: Engine, tmp_path: Path) -> None:
    (result,) = engine.process(die_once, [("x", tmp_path / "tried")])
    assert (result.outcome, result.value) == ("kept", "second try")


def test_a_full_disk_is_nobody_s_item_s_fault_and_stops_at_once(engine: Engine, tmp_path: Path) -> None:
    notes, names = tmp_path / "notes", ["full", *(["slow"] * 40)]
    started = time.monotonic()
    with pytest.raises(DiskFullError, match="no space left"):
        engine.process(noted_work, [(name, (name, notes)) for name in names])
    assert len(notes.read_text().split()) <= 5
    assert time.monotonic() - started < 5
    assert [result.value for result in engine.process(work, named("a", "b", "c"))] == ["A", "B", "C"]


def test_too_many_failures_stop_the_run_early(engine: Engine, kind: str) -> None:
    drawn: list[str] = []

    def items() -> Iterator[tuple[str, str]]:
        for number in range(200):
            drawn.append(str(number))
            yield str(number), "away" if number % 2 else "fine"

    budget = FailureBudget(max_share=0.2, min_items=10)
    with pytest.raises(FailureBudgetError, match=r"[3-9] of the first \d+ items .* no answer"):
        engine.process(work, items(), budget=budget)
    assert len(drawn) <= 6 + 2 * MOST_OUT[kind]
    few = [("away", "away")] * 2 + [(str(number), "fine") for number in range(8)]
    assert [result.outcome for result in engine.process(work, few, budget=budget)].count("failed_retryable") == 2


def test_an_item_s_own_fault_spends_no_budget(engine: Engine) -> None:
    results = engine.process(work, named(*["empty"] * 5), budget=FailureBudget(max_share=0.0, min_items=1))
    assert [result.outcome for result in results] == ["failed_permanent"] * 5


def test_the_longest_go_first_and_results_come_in_the_order_given(engine: Engine) -> None:
    PICKLED.clear()
    items = [Weighed(name, cost) for name, cost in (("b", 2.0), ("d", 9.0), ("a", 2.0), ("c", 5.0))]
    results = engine.process(name_of, [(item.name, item) for item in items], cost=lambda item: item.cost)
    assert PICKLED == ["d", "c", "b", "a"]
    assert [result.value for result in results] == ["b", "d", "a", "c"]


def test_only_a_small_window_is_drawn_and_pickled(engine: Engine, kind: str) -> None:
    PICKLED.clear()
    done: list[str] = []
    out: list[int] = []

    def items() -> Iterator[tuple[str, Weighed]]:
        for number in range(200):
            out.append(number + 1 - len(done))
            assert len(PICKLED) == number
            yield str(number), Weighed(str(number), 0.0)

    results = engine.process(name_of, items(), on_done=done.append)
    assert [result.value for result in results] == [str(number) for number in range(200)]
    assert max(out) <= MOST_OUT[kind]
    assert sorted(done, key=int) == [str(number) for number in range(200)]


def test_workers_live_from_batch_to_batch(engine: Engine) -> None:
    batches = [{result.value for result in engine.process(process_id, named(*"abcdef"))} for _ in range(2)]
    assert batches[0] & batches[1]
    assert len(batches[0] | batches[1]) <= 3


def test_what_takes_too_long_costs_its_worker(engine: Engine, kind: str) -> None:
    with ENGINES[kind].but(max_item_seconds=1.0).build() as limited:
        results = limited.process(work, named("hangs", "slow"))
    assert [result.outcome for result in results] == ["failed_permanent", "kept"]


def test_no_items_are_no_work(engine: Engine) -> None:
    assert engine.process(work, []) == []


def test_nothing_listens_beyond_the_loopback(engine: Engine) -> None:
    engine.process(work, named("a"))
    ours = psutil.Process().children(recursive=True)
    ports = [port for process in ours for port in process.net_connections() if port.status == psutil.CONN_LISTEN]
    assert {port.laddr.ip.removeprefix("::ffff:") for port in ports} <= {"127.0.0.1"}
