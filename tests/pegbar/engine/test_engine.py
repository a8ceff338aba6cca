"""One bad item never harms its neighbours, and every item ends in a definite state."""

from pathlib import Path

import pytest
from engine_items import die_once, work

from pegbar.engine import PoolConfig
from pegbar.errors import DiskFullError


def test_each_item_ends_in_its_own_state_and_order_is_kept() -> None:
    names = ["a", "empty", "dies", "bug", "b"]
    with PoolConfig().build() as engine:
        results = engine.process(work, [(name, name) for name in names])
    assert [result.item_id for result in results] == names
    assert [result.outcome for result in results] == [
        "kept",
        "failed_permanent",
        "failed_permanent",
        "failed_retryable",
        "kept",
    ]
    assert [result.value for result in results] == ["A", None, None, None, "B"]
    assert "quarantined" in results[2].reason
    assert "ZeroDivisionError" in results[3].detail


def test_a_worker_that_dies_once_costs_one_try(tmp_path: Path) -> None:
    with PoolConfig().build() as engine:
        (result,) = engine.process(die_once, [("x", str(tmp_path / "tried"))])
    assert (result.outcome, result.value) == ("kept", "second try")


def test_a_full_disk_is_nobody_s_item_s_fault() -> None:
    with PoolConfig().build() as engine, pytest.raises(DiskFullError):
        engine.process(work, [("full", "full")])
