"""What an engine starts and leaves behind: nothing outlives it, and what cannot start says so."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from engine_items import end_at_once, process_id, work
from engine_kinds import ENGINES, skip_without
from pydantic import TypeAdapter, ValidationError

from pegbar.engine import EngineConfig, PoolConfig, RayConfig, running_engine, worker
from pegbar.errors import MissingExtraError, ServiceError

TESTS = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("kind", ENGINES)
def test_a_killed_parent_leaves_no_worker(kind: str, tmp_path: Path) -> None:
    skip_without(kind)
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    command = [sys.executable, str(TESTS / "engine_parent.py"), ENGINES[kind].model_dump_json(), str(tmp_path)]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": paths}) as parent:
        try:
            wait_until(lambda: len(list(tmp_path.iterdir())) == 2, 90)
            workers = [psutil.Process(int(entry.name)) for entry in tmp_path.iterdir()]
        finally:
            parent.kill()
    wait_until(lambda: not any(is_alive(process) for process in workers), 20)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_workers_end_with_their_engine() -> None:
    with PoolConfig().build() as engine:
        pids = {result.value for result in engine.process(process_id, [("a", "a"), ("b", "b")])}
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)


def test_an_engine_around_is_used_by_those_within() -> None:
    config = PoolConfig(num_workers=1)
    with running_engine(config) as outer:
        with running_engine(PoolConfig(num_workers=1)) as inner, running_engine(PoolConfig(num_workers=2)) as other:
            assert inner is outer
            assert other is not outer
        assert outer.process(work, [("a", "a")])[0].value == "A"
    with running_engine(config) as later:
        assert later is not outer


def test_a_worker_killed_while_idle_costs_nothing() -> None:
    with PoolConfig(num_workers=1).build() as engine:
        (first,) = engine.process(process_id, [("a", "a")])
        assert first.value
        psutil.Process(first.value).kill()
        (second,) = engine.process(process_id, [("a", "a")])
    assert (second.outcome, second.value == first.value) == ("kept", False)


def test_workers_that_never_live_are_no_item_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "serve", end_at_once)
    with PoolConfig().build() as engine, pytest.raises(ServiceError, match="does not start: exit code 3"):
        engine.process(work, [("a", "a")])


def test_ray_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    monkeypatch.setitem(sys.modules, "ray", None)  # type: ignore[arg-type]
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    with pytest.raises(MissingExtraError) as caught:
        RayConfig().build()
    assert "[ray]" in caught.value.remedy


@pytest.mark.parametrize(
    "fields", [{"kind": "dask"}, {"kind": "pool", "num_workers": 0}, {"kind": "pool", "address": "x"}]
)
def test_an_engine_that_is_none_does_not_validate(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(EngineConfig).validate_python(fields)
