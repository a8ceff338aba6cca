"""A workspace: a folder with its own git, its own DVC and a remote, where one dataset lives version by version."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pegbar.dataset import Dataset, DatasetCard
from pegbar.digests import digest_file
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError, PegbarError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes, write_text
from pegbar.known_digests import KnownDigests
from pegbar.versions.claims import claimed
from pegbar.versions.commands import Dvc, Git
from pegbar.versions.files import VersionFiles
from pegbar.versions.listing import TRAILER, Version, find_version, list_versions
from pegbar.versions.objects import POINTER, bring_objects, objects_of, pointer_at
from pegbar.versions.tombstones import Tombstones

__all__ = ["EDITS_FOLDER", "POINTER", "TRAILER", "Version", "Workspace"]
REMOTE = "storage"
REMOTE_FOLDER = ".dvc-remote"
GATE_FOLDER = "gate"
EDITS_FOLDER = "edits"  # what people corrected, versioned with the dataset
KNOWN = Path(".dvc") / "tmp" / "known-digests.db"
LOCK = ".workspace.lock"
CLAIM = ".workspace.claim"
# a dataset's file, its member in a local store and its object in the cache are one file of several names; with reflink
# named first, DVC would leave copies as they are on file systems that have hard links only
CONFIG = f"""[core]
    analytics = false
    remote = {REMOTE}
[cache]
    type = "hardlink,copy"
"""
OWN_REMOTE = f"""['remote "{REMOTE}"']
    url = ../{REMOTE_FOLDER}
"""
LOCAL_ONLY = (f"/{REMOTE_FOLDER}/", f"/{GATE_FOLDER}/", f"/{LOCK}", f"/{CLAIM}", ".*.part")


class Workspace:
    """One dataset's folder. `root` is absolute; `data` is what DVC tracks as a whole."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.gate = root / GATE_FOLDER
        self.edits = root / EDITS_FOLDER
        self.known = KnownDigests(root / KNOWN)
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
            config = workspace.root / ".dvc" / "config"
            if not config.is_file() or not config.read_bytes():
                workspace._dvc.run("init", "--force")
                write_text(config, CONFIG if remote else CONFIG + OWN_REMOTE)
            if 'remote "' not in config.read_text():
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
        return Dataset(self.data, known=self.known)

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
        return list_versions(self.root)

    def at(self, name: str) -> Dataset:
        """Return the dataset of a version as it was, read from the cache or a remote; nothing is checked out.

        Args:
            name: as `find_version` understands it.

        Raises:
            NotFoundError: there is no such version, or what it held was taken down. UsageError: several are meant.
            IntegrityError: its pointer or list is damaged. StorageError: it is neither in the cache nor in a remote.
        """
        revision = find_version(self.root, name).revision
        Tombstones.of(self.root).check_fetchable(pointer_at(self.root, revision).md5)
        return Dataset(VersionFiles(self.root, revision))

    def previous_card(self, digest: str) -> DatasetCard | None:
        """Return the card of the latest version that is not `digest`: what drift is measured against.

        Raises:
            StorageError: the version's card is neither here nor in the remote.
        """
        for version in self.versions():
            if version.dataset_digest != digest:
                return Dataset(VersionFiles(self.root, version.revision)).card  # which no takedown takes
        return None

    def pull(self, name: str | None = None, *, every_byte: bool = False) -> None:
        """Bring `data` to the version the pointer names, from the remote if need be, and verify it.

        Args:
            name: another version, as `find_version` understands it; the pointer in the folder then names that one, and
                the next version that is made comes after the latest all the same.
            every_byte: read files again that did not change since they were read before.

        Raises:
            NotFoundError: there is no version, or what it held was taken down. UsageError: several are meant.
            ConflictError: local changes would be lost. IntegrityError: it differs.
        """
        if name is None and not (self.root / POINTER).is_file():
            raise NotFoundError(
                f"{self.root} has no version yet", remedy="pegbar curate SOURCE", subject=str(self.root)
            )
        revision = None if name is None else find_version(self.root, name).revision
        pointer = pointer_at(self.root, revision)
        with self._locked():
            Tombstones.of(self.root).check_fetchable(pointer.md5)
            self._check_out(revision)
            known = None if every_byte else self.known
            self._renew_damaged(known)
        Dataset(self.data, known=known).verify()

    def _renew_damaged(self, known: KnownDigests | None) -> None:
        """Fetch again what differs from the card: a cache that shares its files with the dataset is damaged with it."""
        files = self.dataset().card.files
        damaged = [path for path, sha256 in files.items() if not _is_whole(self.data / path, sha256, known)]
        if damaged:
            objects = objects_of(self.root, None)
            for path in damaged:
                (self.data / path).unlink(missing_ok=True)
            bring_objects(self.root, [objects[path] for path in damaged if path in objects])
            self._dvc.run("checkout", POINTER)

    def _check_out(self, revision: str | None) -> None:
        """Put the pointer of a revision in its place and have DVC follow it; if DVC cannot, the old one comes back."""
        # DVC takes a dataset that its cache has lost for changes that no version has
        pull = ("pull", "--force", POINTER) if self._is_versioned() else ("pull", POINTER)
        if revision is None:
            self._dvc.run(*pull)
            return
        path = self.root / POINTER
        before = path.read_bytes() if path.is_file() else None
        write_bytes(path, self._git.blobs([f"{revision}:{POINTER}"])[0] or b"")
        fault_point("version:before_checkout")
        try:
            self._dvc.run(*pull)
        except PegbarError:
            if before is not None:
                write_bytes(path, before)
            raise

    def _is_versioned(self) -> bool:
        """Tell whether the dataset as it lies, whole and with nothing beside it, is one of the versions."""
        try:
            dataset = self.dataset()
            dataset.verify()
        except (NotFoundError, IntegrityError, ConfigurationError):
            return False
        return any(version.dataset_digest == dataset.digest for version in self.versions())

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


def _is_whole(path: Path, sha256: str, known: KnownDigests | None) -> bool:
    return path.is_file() and (known.of_file(path) if known else digest_file(path)) == sha256
