"""Git and DVC as commands, with the patience and the clean-up that a kill -9 asks for.

Both run as processes of their own: a lock that a dead one left behind is recognised, and nothing of theirs is imported.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pegbar.errors import ConflictError, PegbarError, ServiceError, StorageError

STALE_LOCK_SECONDS = 5.0  # an index.lock that does not change for this long has no owner: git holds it for milliseconds
DVC_PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.5


class Git:
    """The repository of one folder, and of no folder around it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def run(self, *arguments: str) -> str:
        """Run a git command in the folder and return what it printed.

        Raises:
            ServiceError: git is not installed. StorageError: git refused; its words are in the message.
        """
        started = time.monotonic()
        while True:
            done = _execute(["git", *self._identity(arguments), *arguments], self._root, _git_environment(self._root))
            if done.returncode == 0:
                return done.stdout
            if "index.lock" not in done.stderr or time.monotonic() - started > 2 * STALE_LOCK_SECONDS:
                raise _refused("git", arguments, done.stderr, self._root)
            self._break_stale_lock()
            time.sleep(PAUSE_SECONDS)

    def says(self, *arguments: str) -> bool:
        """Tell whether a git command succeeds."""
        command = ["git", *arguments]
        return _execute(command, self._root, _git_environment(self._root)).returncode == 0

    def blobs(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of files in commits (``<commit>:<path>``), None for those that are not there.

        Raises:
            StorageError: git refused.
        """
        command = ["git", "cat-file", "--batch"]
        given = "".join(f"{name}\n" for name in names).encode()
        done = subprocess.run(
            command, cwd=self._root, env=_git_environment(self._root), input=given, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise _refused("git", ("cat-file",), done.stderr.decode(errors="replace"), self._root)
        found: list[bytes | None] = []
        rest = done.stdout
        for _ in names:
            head, _, rest = rest.partition(b"\n")
            size = int(head.split()[2]) if head.split()[1:2] == [b"blob"] else None
            found.append(None if size is None else rest[:size])
            rest = rest if size is None else rest[size + 1 :]
        return found

    def is_repository(self) -> bool:
        """Tell whether the folder itself (not one around it) is a repository's top."""
        return (self._root / ".git").exists() and self.says("rev-parse", "--git-dir")

    def path(self, name: str) -> Path:
        """Return where git keeps `name` (``info/exclude``, ``index.lock``)."""
        return self._root / self.run("rev-parse", "--git-path", name).strip()

    def _identity(self, arguments: tuple[str, ...]) -> list[str]:
        if arguments[0] != "commit":
            return []
        given = ["-c", "commit.gpgsign=false"]
        for key, value in (("user.name", "pegbar"), ("user.email", "pegbar@localhost")):
            if not self.says("config", "--get", key):
                given += ["-c", f"{key}={value}"]
        return given

    def _break_stale_lock(self) -> None:
        lock = self.path("index.lock")
        try:
            if time.time() - lock.stat().st_mtime > STALE_LOCK_SECONDS:
                lock.unlink()
        except FileNotFoundError:
            return


class Dvc:
    """DVC in one folder: analytics off, its site cache inside the folder, locks waited for."""

    def __init__(self, root: Path, patience_seconds: float = DVC_PATIENCE_SECONDS) -> None:
        self._root = root
        self._patience_seconds = patience_seconds

    def run(self, *arguments: str) -> str:
        """Run a dvc command in the folder and return what it printed.

        Raises:
            ConflictError: its lock stayed taken, or it would have overwritten files that no version has.
            StorageError: dvc refused; its words are in the message.
        """
        return self._run("dvc", arguments)

    def objects(
        self, operation: Literal["bring", "measure", "spare", "remove"], names: Sequence[str]
    ) -> dict[str, Any]:
        """Do with single objects what dvc has no command for; `dvc_child` beside this says what each operation returns.

        Args:
            names: md5 of each object, with ``.dir`` for a folder's list.

        Raises:
            ConflictError: dvc's lock stayed taken. StorageError: a place cannot be reached or refuses.
        """
        printed = self._run("pegbar.versions.dvc_child", (operation,), json.dumps(list(names)))
        answer: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return answer

    def _run(self, module: str, arguments: tuple[str, ...], given: str = "") -> str:
        started = time.monotonic()
        while True:
            # -P: a file named dvc.py in the workspace is data, not a program
            command = [sys.executable, "-P", "-m", module, *arguments]
            done = _execute(command, self._root, self._environment(), given)
            if done.returncode == 0:
                return done.stdout
            if "unsaved files" in done.stderr:
                raise ConflictError(
                    f"{self._root / 'data'} holds changes that no version has",
                    remedy="pegbar curate SOURCE to make a version of them, or move the folder away",
                    subject=str(self._root),
                )
            is_taken = any(words in done.stderr for words in ("acquire lock", "is busy"))
            if not is_taken:
                raise _refused("dvc", arguments, done.stderr, self._root)
            if time.monotonic() - started > self._patience_seconds:
                raise ConflictError(
                    f"another dvc process has held the lock of {self._root} for {self._patience_seconds:.0f} seconds",
                    remedy="wait until it ends or stop it, then the same command again",
                    subject=str(self._root),
                )
            time.sleep(PAUSE_SECONDS)

    def _environment(self) -> dict[str, str]:
        return _git_environment(self._root) | {
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self._root / ".dvc" / "tmp" / "site"),
        }


def _execute(
    command: list[str], root: Path, environment: dict[str, str], given: str = ""
) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command, cwd=root, env=environment, input=given, capture_output=True, text=True, errors="replace",
            check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise ServiceError(
            f"{command[0]} is not installed", remedy=f"install {command[0]}, then: pegbar doctor", subject=command[0]
        ) from error


def _git_environment(root: Path) -> dict[str, str]:
    """Return an environment in which git looks at this folder only, asks nothing and speaks English."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return clean | {
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C.UTF-8",
    }


def _refused(program: str, arguments: tuple[str, ...], stderr: str, root: Path) -> PegbarError:
    said = " ".join(line.strip() for line in stderr.strip().splitlines()[-3:])
    return StorageError(
        f"{program} {arguments[0]} failed in {root}: {said or 'without a word'}",
        remedy="pegbar doctor, then the same command again",
        subject=str(root),
    )
