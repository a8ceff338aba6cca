"""A workspace: a folder with its own git, its own DVC and a remote, where one dataset lives version by version."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pegbar.claims import claimed
from pegbar.dataset import CARD_NAME, Dataset, DatasetCard
from pegbar.errors import NotFoundError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_text
from pegbar.records import Record
from pegbar.versioning import Dvc, Git

POINTER = "data.dvc"
REMOTE = "storage"
REMOTE_FOLDER = ".dvc-remote"
GATE_FOLDER = "gate"
EDITS_FOLDER = "edits"  # what people corrected, versioned with the dataset
LOCK = ".workspace.lock"
CLAIM = ".workspace.claim"
LOCAL_ONLY = (f"/{REMOTE_FOLDER}/", f"/{GATE_FOLDER}/", f"/{LOCK}", f"/{CLAIM}", ".*.part")
TRAILER = "Pegbar-Dataset"


class Version(Record):
    """One version of the dataset, newest first in lists.

    Args:
        revision: the git commit that points at it.
        dataset_digest: the card's digest, where the commit names it.
        size_bytes: of the whole dataset; `num_files` counts its tables, shards and card.
    """

    revision: str
    created_at: str
    message: str
    dataset_digest: str | None
    size_bytes: int
    num_files: int


class Workspace:
    """One dataset's folder. `root` is absolute; `data` is what DVC tracks as a whole."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.gate = root / GATE_FOLDER
        self.edits = root / EDITS_FOLDER
        self._git = Git(root)
        self._dvc = Dvc(root)

    @classmethod
    def create(cls, path: Path, remote: str | None = None) -> "Workspace":
        """Make a workspace, or finish making one; an existing workspace is left as it is.

        Args:
            remote: where versions are pushed (a folder or ``s3://bucket/prefix``); a folder inside unless given.

        Raises:
            ReadOnlyError, DiskFullError: the folder cannot be written.
        """
        workspace = cls(path.absolute())
        with disk_errors(workspace.root):
            workspace.root.mkdir(parents=True, exist_ok=True)
        with workspace._locked():
            if not workspace._git.is_repository():
                workspace._git.run("init", "--quiet", "--initial-branch=main", ".")
            workspace._exclude_local()
            if not (workspace.root / ".dvc" / "config").is_file():
                workspace._dvc.run("init", "--force")
                workspace._dvc.run("config", "core.analytics", "false")
            if not workspace._dvc.run("remote", "list").strip():
                workspace._dvc.run("remote", "add", "--default", REMOTE, remote or REMOTE_FOLDER)
            workspace._commit("Workspace", ".dvc/config", ".dvc/.gitignore", ".dvcignore")
        return workspace

    @classmethod
    def open(cls, path: Path) -> "Workspace":
        """Open a workspace.

        Raises:
            NotFoundError: the folder is not one.
        """
        workspace = cls(path.absolute())
        if not (workspace.root / ".dvc" / "config").is_file() or not workspace._git.is_repository():
            raise NotFoundError(f"{path} is not a workspace", remedy=f"pegbar init {path}", subject=str(path))
        workspace._exclude_local()
        return workspace

    def dataset(self) -> Dataset:
        """Return the dataset as it lies in the folder.

        Raises:
            NotFoundError: there is none.
        """
        return Dataset(self.data)

    def claimed(self, holder: str) -> AbstractContextManager[None]:
        """Keep every other run out of this workspace, from whatever home it comes, for as long as the block lasts.

        Args:
            holder: the run as others shall read it; process and host are added.

        Raises:
            ConflictError: a run that is alive holds it; it is named.
        """
        return claimed(self.root / CLAIM, holder)

    def commit_version(self, message: str) -> str:
        """Track `data` as a version, push it to the remote, commit the pointer; return the commit.

        Nothing changed since the last version: the last version's commit. Killed on the way: the next call goes on.

        Raises:
            NotFoundError: there is no dataset. ConflictError, StorageError: DVC or git refused.
        """
        digest = self.dataset().digest
        with self._locked():
            fault_point("version:before_add")
            self._dvc.run("add", "data")
            fault_point("version:before_push")
            self._dvc.run("push", POINTER)
            fault_point("version:before_commit")
            self._commit(f"{message}\n\n{TRAILER}: {digest}", POINTER, ".gitignore", EDITS_FOLDER)
            return self._git.run("log", "-1", "--format=%H", "--", POINTER).strip()

    def versions(self) -> list[Version]:
        """Return every version, newest first."""
        if not self._git.says("rev-parse", "HEAD"):
            return []
        form = f"%H%x00%cI%x00%s%x00%(trailers:key={TRAILER},valueonly)%x01"
        log = self._git.run("log", f"--format={form}", "--", POINTER)
        entries = (entry.strip("\n").split("\0") for entry in log.split("\x01") if entry.strip())
        return [self._version(*entry) for entry in entries]

    def previous_card(self, digest: str) -> DatasetCard | None:
        """Return the card of the latest version that is not `digest`: what drift is measured against.

        Raises:
            StorageError: the version's card is neither here nor in the remote.
        """
        for version in self.versions():
            if version.dataset_digest != digest:
                return self._card_at(version.revision)
        return None

    def pull(self) -> None:
        """Bring `data` to the version the pointer names, from the remote if need be, and verify it.

        Raises:
            NotFoundError: there is no version. ConflictError: local changes would be lost. IntegrityError: it differs.
        """
        if not (self.root / POINTER).is_file():
            raise NotFoundError(
                f"{self.root} has no version yet", remedy="pegbar curate SOURCE", subject=str(self.root)
            )
        with self._locked():
            self._dvc.run("pull", POINTER)
        self.dataset().verify()

    def _card_at(self, revision: str) -> DatasetCard:
        target = self.root / ".dvc" / "tmp" / f"card-{revision}.json"
        with self._locked():
            if not target.is_file():
                path = str(target.relative_to(self.root))
                self._dvc.run("get", "--force", "--rev", revision, "--out", path, ".", f"data/{CARD_NAME}")
        return DatasetCard.from_json(target.read_bytes())

    def _version(self, revision: str, created_at: str, message: str, digest: str) -> Version:
        pointer = self._git.run("show", f"{revision}:{POINTER}")
        found = {key: re.search(rf"^\s*(?:-\s+)?{key}: (\d+)$", pointer, re.M) for key in ("size", "nfiles")}
        return Version(
            revision=revision,
            created_at=created_at,
            message=message,
            dataset_digest=digest.strip() or None,
            size_bytes=int(found["size"].group(1)) if found["size"] else 0,
            num_files=int(found["nfiles"].group(1)) if found["nfiles"] else 1,
        )

    def _commit(self, message: str, *paths: str) -> None:
        """Commit exactly these paths, if one of them changed; whatever else is staged stays staged."""
        there = [path for path in paths if (self.root / path).exists()]
        self._git.run("add", "--", *there)
        has_head = self._git.says("rev-parse", "HEAD")
        if has_head and self._git.says("diff", "--quiet", "HEAD", "--", *there):
            return
        self._git.run("commit", "--quiet", "--message", message, "--", *there)

    def _exclude_local(self) -> None:
        """Keep what belongs to this machine out of git without touching a tracked file."""
        path = self._git.path("info/exclude")
        lines = path.read_text().splitlines() if path.is_file() else []
        missing = [line for line in LOCAL_ONLY if line not in lines]
        if missing:
            write_text(path, "\n".join([*lines, *missing]) + "\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Serialise DVC and git in this folder between processes of one machine; a dead holder holds nothing."""
        with disk_errors(self.root):
            descriptor = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
