"""Room between two steps: a nearly full disk and a store over its quota stop a run with nothing lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.errors import DiskFullError, QuotaError
from pegbar.journal import Journal
from pegbar.space import SpaceGuard, SpaceSettings, StoreSize, free_bytes, size_text
from pegbar.steps import Facts, Step
from pegbar.store import LocalStoreConfig

STEP = Step(name="grow", version=1)
ALL_OF_IT = 1 << 60


@pytest.fixture
def artifacts(tmp_path: Path) -> Iterator[Artifacts]:
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}")
    store = LocalStoreConfig(root=tmp_path / "store").build()
    yield Artifacts(store, journal, tmp_path / "scratch", workspace="w", owner="me", run_id="r1")
    journal.close()


def guarded(artifacts: Artifacts, **settings: float) -> StoreSize:
    """Put a guard with these settings before the artifacts' steps and return its count."""
    chosen = SpaceSettings(min_free_bytes=0).but(**settings)
    size = StoreSize(artifacts.store, artifacts.scratch, "store", chosen.recount_seconds)
    artifacts.guard = SpaceGuard(chosen, size, [artifacts.scratch])
    return size


def grow(artifacts: Artifacts, name: str) -> None:
    """Make an artifact of 1000 bytes."""

    def make(folder: Path) -> Facts:
        (folder / "out.bin").write_bytes(name.encode() * 1000)
        return {}

    artifacts.run(STEP, {"name": name}, Config(), make)


def test_the_step_over_the_quota_is_the_last_one_and_gc_makes_room_for_more(artifacts: Artifacts) -> None:
    size = guarded(artifacts, store_quota_bytes=1500)
    grow(artifacts, "a")
    assert size.num_bytes() == 1000
    grow(artifacts, "b")
    with pytest.raises(QuotaError, match=r"1\.5 kB") as refused:
        grow(artifacts, "c")
    assert "pegbar gc --dry-run" in refused.value.remedy
    grow(artifacts, "a")  # what is done is found, quota or not
    assert len(artifacts.journal.steps()) == 2
    artifacts.store.delete_member(next(artifacts.store.list_members()).sha256)
    grow(artifacts, "c")
    assert size.num_bytes() == 2000


def test_the_store_is_listed_once_and_added_up_from_then_on(
    artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = guarded(artifacts, store_quota_bytes=10_000)
    grow(artifacts, "a")
    monkeypatch.setattr(artifacts.store, "list_members", lambda: pytest.fail("listed again"))
    for name in "bcd":
        grow(artifacts, name)
    assert size.num_bytes() == 4000
    assert StoreSize(artifacts.store, artifacts.scratch, "store", 3600).num_bytes() == 4000  # another process's view
    (artifacts.scratch / "store_size.db").write_bytes(b"no database")
    monkeypatch.undo()
    assert size.num_bytes() == 4000


def test_a_disk_that_is_nearly_full_stops_the_next_step(artifacts: Artifacts) -> None:
    guarded(artifacts, min_free_bytes=ALL_OF_IT)
    with pytest.raises(DiskFullError, match="min_free_bytes") as refused:
        grow(artifacts, "a")
    assert str(artifacts.scratch) in refused.value.what
    assert artifacts.journal.attempts() == []


def test_free_bytes_of_what_is_not_there_yet_are_those_of_its_disk(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path / "not" / "yet") < ALL_OF_IT


def test_sizes_are_told_in_powers_of_ten() -> None:
    assert [size_text(number) for number in (0, 999, 1500, 2_000_000_000, 5e15)] == [
        "0 B", "999 B", "1.5 kB", "2.0 GB", "5000.0 TB",
    ]  # fmt: skip
