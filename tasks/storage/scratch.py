"""What lies in a home's scratch folder and may go between runs: all but the checkpoints of a step that is not done."""

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pegbar.files import disk_errors

CHECKPOINTS = "checkpoints"
MEMORIES = ("digests.db", "store_size.db")  # small, and dear to fill again; SQLite keeps files of the same beginning


@dataclass(frozen=True)
class ScratchEntry:
    """One thing in scratch.

    Args:
        kind: the folder of scratch it lies in, or the workspace whose cache it is of.
        size_bytes: what the disk gets back; a file that has another name elsewhere gives nothing.
        changed_at: when anything in it was last written, in Unix seconds by the clock of the disk.
    """

    kind: str
    path: Path
    size_bytes: int
    changed_at: float


def scratch_entries(scratch: Path, unfinished: Collection[str]) -> Iterator[ScratchEntry]:
    """Yield what may go, in order.

    Args:
        unfinished: keys of steps whose checkpoints a run may still go on from.
    """
    for kind in _listed(scratch):
        if kind.name.startswith(MEMORIES):
            continue
        for entry in _listed(kind) if kind.is_dir() else [kind]:
            if not (kind.name == CHECKPOINTS and entry.name in unfinished):
                yield entry_of(kind.name, entry)


def entry_of(kind: str, path: Path) -> ScratchEntry:
    """Look at a file or a folder with all that is in it."""
    found = [one.lstat() for one in _tree(path)]
    return ScratchEntry(
        kind=kind,
        path=path,
        size_bytes=sum(one.st_size for one in found if stat.S_ISREG(one.st_mode) and one.st_nlink == 1),
        changed_at=max(one.st_mtime for one in found),
    )


def remove_entry(entry: ScratchEntry) -> None:
    """Remove one; what is gone already is fine.

    Raises:
        ReadOnlyError: it may not be removed.
    """
    with disk_errors(entry.path):
        if entry.path.is_dir() and not entry.path.is_symlink():
            shutil.rmtree(entry.path)
        else:
            entry.path.unlink(missing_ok=True)


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _tree(entry: Path) -> Iterator[Path]:
    yield entry
    if entry.is_dir() and not entry.is_symlink():
        for folder, folders, files in os.walk(entry):
            yield from (Path(folder) / name for name in (*folders, *files))
