"""The versions of a workspace's dataset: commits that point at one, listed, and found by the names people give them."""

import re
from pathlib import Path

from pegbar.errors import IntegrityError, NotFoundError, UsageError
from pegbar.records import Record
from pegbar.versions.commands import Git
from pegbar.versions.objects import POINTER, read_pointer

TRAILER = "Pegbar-Dataset"
FORM = f"--format=%H%x00%cI%x00%s%x00%(trailers:key={TRAILER},valueonly)%x01"
FEWEST_DIGITS = 4
MAX_NAMED = 5


class Version(Record):
    """One version of the dataset, newest first in lists.

    Args:
        revision: the git commit that points at it.
        dataset_digest: the card's digest, where the commit names it.
        size_bytes: of the whole dataset; `num_files` counts its tables, shards and card. None: the pointer is damaged.
    """

    revision: str
    created_at: str
    message: str
    dataset_digest: str | None
    size_bytes: int | None
    num_files: int | None


def list_versions(root: Path) -> list[Version]:
    """Return every version that the present commit comes from, newest first.

    Raises:
        StorageError: git refused.
    """
    git = Git(root)
    if not git.says("rev-parse", "--verify", "--quiet", "HEAD"):
        return []
    log = git.run("log", "--diff-filter=AMT", FORM, "--", POINTER)
    entries = [entry.strip("\n").split("\0") for entry in log.split("\x01") if entry.strip()]
    pointers = git.blobs([f"{entry[0]}:{POINTER}" for entry in entries])
    return [_version(entry, pointer) for entry, pointer in zip(entries, pointers, strict=True)]


def find_version(root: Path, name: str) -> Version:
    """Return the version that is meant: by its commit or dataset digest (or how they begin), or by any name git knows.

    A commit between two versions (an edit, a tag's commit) stands for the version that was in force at it.

    Raises:
        NotFoundError: there is none. UsageError: several begin like this; they are named.
    """
    versions = list_versions(root)
    meant = [version for version in versions if _begins_like(version, name)]
    if len({version.dataset_digest or version.revision for version in meant}) > 1:
        raise UsageError(
            f"{name!r} may be any of {len(meant)} versions: "
            + ", ".join(version.revision[:12] for version in meant[:MAX_NAMED]),
            remedy="give more digits: pegbar data versions",
            subject=name,
        )
    if meant:
        return meant[0]
    in_force = _in_force(Git(root), name)
    for version in versions:
        if version.revision == in_force:
            return version
    raise NotFoundError(f"{root} has no version {name!r}", remedy="pegbar data versions", subject=name)


def _begins_like(version: Version, name: str) -> bool:
    if not re.fullmatch(rf"[0-9a-f]{{{FEWEST_DIGITS},}}", name):
        return False
    return version.revision.startswith(name) or (version.dataset_digest or "").startswith(name)


def _in_force(git: Git, name: str) -> str:
    """Return the last commit that changed the pointer, as seen from a commit; empty if git knows no such commit."""
    commit = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if "\0" in name or not git.says(*commit):
        return ""
    return git.run("log", "-1", "--format=%H", git.run(*commit).strip(), "--", POINTER).strip()


def _version(entry: list[str], content: bytes | None) -> Version:
    revision, created_at, message, digest = entry
    try:
        pointer = read_pointer((content or b"").decode(errors="replace"), revision)
    except IntegrityError:
        pointer = None
    return Version(
        revision=revision,
        created_at=created_at,
        message=message,
        dataset_digest=digest.strip() or None,
        size_bytes=pointer.size_bytes if pointer else None,
        num_files=pointer.num_files if pointer else None,
    )
