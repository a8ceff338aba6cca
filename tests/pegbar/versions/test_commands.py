"""DVC behind its adapter: its lock waited for, kill -9 in the middle of its work."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from written_groups import WrittenFilm, write_dataset

from pegbar.digests import digest_file
from pegbar.errors import ConflictError, StorageError
from pegbar.versions.commands import Dvc, Git
from pegbar.workspace import Workspace

HOLD = """
import sys
from dvc.repo import Repo, lock_repo
with lock_repo(Repo()):
    print("held", flush=True)
    sys.stdin.readline()
"""
COMMIT = """
import sys
from pathlib import Path
from pegbar.workspace import Workspace
Workspace.open(Path(sys.argv[1])).commit_version("killed")
"""
NUM_GROUPS = 24


def wait_for_files(folder: Path, number: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if sum(1 for path in folder.rglob("*") if path.is_file()) >= number:
            return
        time.sleep(0.002)


def test_the_lock_of_another_dvc_is_waited_for_and_named_when_it_stays(two_versions: Workspace) -> None:
    root = two_versions.root
    (root / "notes.txt").write_text("notes")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ConflictError, match="another dvc process has held the lock"):
            Dvc(root, patience_seconds=0).objects("remove", [])
        release = threading.Timer(1, holder.stdin.close)
        release.start()
        Dvc(root).run("add", "notes.txt")
        release.join()
    assert (root / "notes.txt.dvc").is_file()


def test_killed_within_dvc_the_next_call_makes_the_same_version(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    films = [WrittenFilm(f"{number:02x}{number:014x}", clip_bytes=20_000) for number in range(NUM_GROUPS)]
    dataset = write_dataset(workspace.data, films)
    for place in (".dvc/cache/files", ".dvc-remote"):
        command = [sys.executable, "-c", COMMIT, str(tmp_path)]
        process = subprocess.Popen(command, start_new_session=True)
        wait_for_files(tmp_path / place, 3, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert workspace.versions() == [], place
    files = {path: digest_file(workspace.data / path) for path in dataset.card.files}
    assert files == dataset.card.files
    revision = workspace.commit_version("after")
    assert [version.revision for version in workspace.versions()] == [revision]
    shutil.rmtree(workspace.data)
    shutil.rmtree(tmp_path / ".dvc" / "cache")
    workspace.pull(every_byte=True)
    assert workspace.dataset().card == dataset.card


def test_what_dvc_says_is_in_the_error(two_versions: Workspace) -> None:
    with pytest.raises(StorageError, match=r"dvc push failed in .*does not exist"):
        Dvc(two_versions.root).run("push", "nothing.dvc")


def test_contents_of_commits_are_read_in_one_go(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.run("init", "--quiet", ".")
    contents = {"one": b"", "two": b"no newline", "three": b"\xff\0missing\n\n"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    git.run("add", ".")
    git.run("commit", "--quiet", "--message", "Files")
    names = ["HEAD:one", "HEAD:nothing here", "HEAD:two", "nowhere:one", "HEAD:three"]
    assert git.blobs(names) == [b"", None, b"no newline", None, b"\xff\0missing\n\n"]
    assert git.blobs([]) == []
