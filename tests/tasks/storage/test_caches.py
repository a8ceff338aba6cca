"""DVC's caches lose what only old versions name, and an old version comes back from its remote."""

import shutil
from pathlib import Path

from small_dataset import small_rows, write_small_dataset
from small_films import context_of

from pegbar.versions.objects import DEFAULT_CACHE
from pegbar.workspace import Workspace
from tasks.storage.garbage import GarbageConfig, collect_garbage


def test_the_cache_of_an_old_version_goes_and_the_version_does_not(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    old = write_small_dataset(workspace.data).digest
    first = workspace.commit_version("First")
    shutil.rmtree(workspace.data)
    rows = small_rows()
    rows["shots"][0]["caption"] = "Another."
    new = write_small_dataset(workspace.data, rows).digest
    workspace.commit_version("Second")

    def cached() -> set[Path]:
        return {path for path in (workspace.root / DEFAULT_CACHE).rglob("*") if path.is_file()}

    before = cached()
    with context_of(tmp_path / "home", workspace.root).open() as artifacts:
        artifacts.journal.begin_run("r", "curate", {}, str(workspace.root), "me")
        artifacts.journal.finish_run("r", "completed")
        given = (artifacts.store, artifacts.journal, artifacts.scratch, ())
        assert collect_garbage(*given, GarbageConfig(keep_versions=2)).removed == ()
        (gone,) = collect_garbage(*given, GarbageConfig(keep_versions=1)).removed
    assert (gone.kind, gone.workspace, gone.count) == ("cache", "ws", len(before) - len(cached()))
    assert gone.count > 0
    assert workspace.dataset().digest == new
    workspace.pull(first)
    assert workspace.dataset().digest == old
