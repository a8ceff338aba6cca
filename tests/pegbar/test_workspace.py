import os
import shutil
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from small_dataset import small_rows, write_small_dataset

from pegbar.errors import ConflictError, NotFoundError, StorageError
from pegbar.faults import KILL_AT_VARIABLE
from pegbar.workspace import Workspace


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def rewrite(workspace: Workspace, storyline: str) -> None:
    shutil.rmtree(workspace.data, ignore_errors=True)
    rows = small_rows()
    rows["stories"][0]["storyline"] = storyline
    write_small_dataset(workspace.data, rows)


def test_versions_are_made_once_and_come_back_from_the_remote(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    write_small_dataset(workspace.data)
    first = workspace.commit_version("First")
    assert workspace.commit_version("First again") == first
    digest = workspace.dataset().digest
    rewrite(workspace, "Another story.")
    second = workspace.commit_version("Second")
    assert [(version.message, version.revision) for version in workspace.versions()] == [
        ("Second", second),
        ("First", first),
    ]
    assert workspace.versions()[1].dataset_digest == digest
    card = workspace.previous_card(workspace.dataset().digest)
    assert card is not None
    assert card.digest == digest
    assert git(workspace.root, "status", "--porcelain") == ""
    shutil.rmtree(workspace.data)
    shutil.rmtree(workspace.root / ".dvc" / "cache")
    Workspace.open(workspace.root).pull()
    assert workspace.dataset().stories()[0].storyline == "Another story."


def test_a_workspace_inside_another_repository_leaves_it_alone(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", ".")
    (tmp_path / ".gitignore").write_text("/.pegbar/\n")
    workspace = Workspace.create(tmp_path / ".pegbar" / "demo")
    write_small_dataset(workspace.data)
    workspace.commit_version("Demo")
    assert git(tmp_path, "status", "--porcelain") == "?? .gitignore\n"
    tracked = git(workspace.root, "ls-files").split()
    assert tracked == [".dvc/.gitignore", ".dvc/config", ".dvcignore", ".gitignore", "data.dvc"]


def test_creating_twice_changes_nothing_and_analytics_stay_off(tmp_path: Path) -> None:
    first = Workspace.create(tmp_path)
    head = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "notes.txt").write_text("mine")
    git(tmp_path, "add", "notes.txt")
    Workspace.create(tmp_path)
    assert git(tmp_path, "rev-parse", "HEAD") == head
    assert git(tmp_path, "status", "--porcelain") == "A  notes.txt\n"
    assert "analytics = false" in (first.root / ".dvc" / "config").read_text()


@pytest.mark.parametrize("place", ["version:before_add", "version:before_push", "version:before_commit"])
def test_killed_while_versioning_the_next_call_goes_on(tmp_path: Path, place: str) -> None:
    workspace = Workspace.create(tmp_path)
    write_small_dataset(workspace.data)
    script = (
        "import sys; from pathlib import Path; from pegbar.workspace import Workspace;"
        "Workspace.open(Path(sys.argv[1])).commit_version('killed')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env=os.environ | {KILL_AT_VARIABLE: place}, check=False
    )
    assert done.returncode == -9
    assert workspace.versions() == []
    revision = workspace.commit_version("after")
    assert [version.revision for version in workspace.versions()] == [revision]


def test_a_git_lock_left_by_a_dead_process_is_broken(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    write_small_dataset(workspace.data)
    lock = tmp_path / ".git" / "index.lock"
    lock.touch()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    assert workspace.commit_version("First") == workspace.versions()[0].revision


def test_two_processes_at_once_make_one_version(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    write_small_dataset(workspace.data)
    with ThreadPoolExecutor(2) as pool:
        revisions = list(pool.map(lambda number: Workspace.open(tmp_path).commit_version(f"By {number}"), range(2)))
    assert len(set(revisions)) == len(workspace.versions()) == 1


def test_a_claimed_workspace_refuses_a_second_run_and_stays_clean(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    with workspace.claimed("run one"), pytest.raises(ConflictError, match="run one"):
        Workspace.open(tmp_path).claimed("run two").__enter__()
    with Workspace.open(tmp_path).claimed("run two"):
        assert git(tmp_path, "status", "--porcelain") == ""


def test_dataset_and_cache_are_one_file_and_damage_to_both_comes_back_from_the_remote(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    write_small_dataset(workspace.data)
    workspace.commit_version("First")
    path = workspace.data / "tables/stories/ab.parquet"
    whole = path.read_bytes()
    assert path.stat().st_nlink == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    path.chmod(0o644)
    path.write_bytes(whole[::-1])
    path.chmod(0o444)
    shutil.rmtree(workspace.data)
    workspace.pull()
    assert path.read_bytes() == whole


def test_an_older_version_is_read_in_place_and_checked_out_by_name(two_versions: Workspace) -> None:
    root = two_versions.root
    second, first = (str(version.dataset_digest) for version in two_versions.versions())
    shutil.rmtree(root / ".dvc" / "cache")
    before = two_versions.at(first[:8])
    assert (before.stories()[0].storyline, len(before.shots())) == ("A fox walks.", 6)
    assert before.read_member(before.training_view()[0].references[0].image).startswith(b"bytes of")
    assert two_versions.dataset().digest == second
    two_versions.pull(first[:8])
    assert (two_versions.dataset().digest, git(root, "status", "--porcelain")) == (first, " M data.dvc\n")


def test_killed_while_checking_out_the_same_command_ends_it(two_versions: Workspace) -> None:
    first = two_versions.versions()[1]
    script = (
        "import sys; from pathlib import Path; from pegbar.workspace import Workspace;"
        "Workspace.open(Path(sys.argv[1])).pull(sys.argv[2])"
    )
    command = [sys.executable, "-c", script, str(two_versions.root), first.revision]
    done = subprocess.run(command, env=os.environ | {KILL_AT_VARIABLE: "version:before_checkout"}, check=False)
    assert done.returncode == -9
    two_versions.pull(first.revision)
    assert two_versions.dataset().digest == first.dataset_digest


def test_no_pull_overwrites_what_no_version_has(two_versions: Workspace) -> None:
    rewrite(two_versions, "Only here.")
    for name in (None, "HEAD~1"):
        with pytest.raises(ConflictError, match="no version has"):
            two_versions.pull(name)
    assert two_versions.dataset().stories()[0].storyline == "Only here."
    assert git(two_versions.root, "status", "--porcelain") == ""


def test_what_is_missing_is_said_with_the_next_command(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="pegbar init"):
        Workspace.open(tmp_path)
    workspace = Workspace.create(tmp_path)
    with pytest.raises(NotFoundError, match="pegbar curate"):
        workspace.commit_version("Nothing")
    with pytest.raises(NotFoundError, match="no version yet"):
        workspace.pull()
    assert workspace.versions() == []


def test_a_lost_remote_is_a_storage_error(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    write_small_dataset(workspace.data)
    workspace.commit_version("First")
    for folder in (workspace.data, tmp_path / ".dvc" / "cache", tmp_path / ".dvc-remote"):
        shutil.rmtree(folder)
    with pytest.raises(StorageError, match="dvc pull failed"):
        workspace.pull()
