"""The objects that a version of ``data`` is made of, in DVC's own terms: their names, their bytes, their removal.

A version is a pointer (``data.dvc`` at a git commit); it names the list of the folder's files; the list names each
file's object. Pointer and list are small, so that what a version holds is known without fetching what it holds.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from pegbar.config import Config
from pegbar.digests import CHUNK_BYTES
from pegbar.errors import IntegrityError, NotFoundError, StorageError
from pegbar.versions.commands import Dvc, Git

POINTER = "data.dvc"
WHOLE = "."  # the path under which `objects_of` names the list itself
DEFAULT_CACHE = Path(".dvc") / "cache" / "files" / "md5"


class Pointer(Config):
    """What ``data.dvc`` says. `md5` names the list of the folder's files, ``.dir`` included."""

    md5: str = Field(pattern=r"^[0-9a-f]{32}\.dir$")
    size_bytes: int
    num_files: int


class _Listed(Config, extra="ignore"):
    """One file of a list, as DVC writes it."""

    md5: str = Field(pattern="^[0-9a-f]{32}$")
    relpath: str


def pointer_at(root: Path, revision: str | None) -> Pointer:
    """Read the pointer of a commit, or of the folder as it lies.

    Raises:
        NotFoundError: there is none. IntegrityError: it is not a pointer to a folder.
    """
    where = POINTER if revision is None else f"{revision}:{POINTER}"
    if revision is None:
        path = root / POINTER
        content = path.read_text(errors="replace") if path.is_file() else None
    else:
        git = Git(root)
        content = git.run("show", where) if git.says("cat-file", "-e", where) else None
    if content is None:
        raise NotFoundError(f"{root} has no version at {where}", remedy="pegbar data versions", subject=where)
    return read_pointer(content, where)


def read_pointer(content: str, where: str) -> Pointer:
    """Parse a pointer; `where` names it in errors.

    Raises:
        IntegrityError: it is not a pointer to a folder.
    """
    try:
        (entry,) = yaml.safe_load(content)["outs"]
        return Pointer(md5=entry["md5"], size_bytes=entry["size"], num_files=entry["nfiles"])
    except (yaml.YAMLError, ValidationError, TypeError, KeyError, ValueError) as error:
        raise _no_pointer(where) from error


def objects_of(root: Path, revision: str | None) -> dict[str, str]:
    """Return path -> md5 of every file of a version, and the list itself under `WHOLE`; no file is fetched.

    Args:
        revision: a git commit, or None for the pointer as it lies in the folder.

    Raises:
        NotFoundError: there is no such version. IntegrityError: its pointer or list is damaged.
        StorageError: its list is neither in the cache nor in a remote.
    """
    name = pointer_at(root, revision).md5
    return {WHOLE: name, **_files_of(bring_objects(root, [name])[name])}


def bring_objects(root: Path, names: Sequence[str]) -> dict[str, Path]:
    """Return where these objects lie on this machine, bytes checked; what is not in the cache is fetched into it.

    The files are the cache's own: nobody may write into them.

    Raises:
        StorageError: one is neither in the cache nor in a remote, or no remote can be reached.
    """
    found = {name: path for name in names if _is_whole(path := _in_cache(root, name), name)}
    missing = [name for name in names if name not in found]
    if missing:
        found |= {name: Path(path) for name, path in Dvc(root).objects("bring", missing).items()}
    _check_found(root, names, found)
    return found


def sizes_of_objects(root: Path, names: Sequence[str]) -> dict[str, int]:
    """Return the bytes of each of these objects, as the cache or a remote tells them.

    Raises:
        StorageError: one is neither in the cache nor in a remote, or no remote can be reached.
    """
    found = {name: path.stat().st_size for name in names if (path := _in_cache(root, name)).is_file()}
    missing = [name for name in names if name not in found]
    if missing:
        found |= Dvc(root).objects("measure", missing)
    _check_found(root, names, found)
    return found


def spare_objects(root: Path, revisions: Sequence[str], kept: Sequence[str | None]) -> list[Path]:
    """Return the cache's files of these versions that a remote has as well and that no version of `kept` names.

    A version whose list is not in the cache has no files there worth looking for. Lists stay: they are small, and tell
    what a version holds.

    Raises:
        IntegrityError: a pointer or a list is damaged. StorageError: a remote cannot be reached.
    """
    lists = dict.fromkeys(_in_cache(root, pointer_at(root, revision).md5) for revision in revisions)
    names = {name for path in lists if path.is_file() for name in _files_of(path).values()}
    there = {name for name in names if _in_cache(root, name).is_file()}
    for revision in kept if there else ():
        there -= set(objects_of(root, revision).values())
    return sorted(Path(path) for path in Dvc(root).objects("spare", sorted(there)).values()) if there else []


def remove_objects(root: Path, names: Iterable[str]) -> dict[str, int]:
    """Delete objects from the cache and every remote of the workspace; return place -> how many were there.

    Whatever version needs them cannot be pulled any more; remove its list with them, because DVC takes a list in a
    remote for proof that its files are there, too. What is there no longer is no error: a removal that was killed is
    finished by the next.

    Raises:
        ConflictError: dvc's lock stayed taken. StorageError: a place cannot be reached or refuses.
    """
    removed: dict[str, int] = Dvc(root).objects("remove", sorted(set(names)))
    return removed


def _in_cache(root: Path, name: str) -> Path:
    return root / DEFAULT_CACHE / name[:2] / name[2:]


def _check_found(root: Path, names: Sequence[str], found: Collection[str]) -> None:
    lost = [name for name in names if name not in found]
    if lost:
        raise StorageError(
            f"{len(lost)} of {len(names)} objects are neither in the cache nor in a remote of {root}, first {lost[0]}",
            remedy="dvc remote list, and push the version from where it was made",
            subject=lost[0],
        )


def _files_of(path: Path) -> dict[str, str]:
    try:
        listed = [_Listed.model_validate(entry) for entry in json.loads(path.read_bytes())]
    except (ValueError, TypeError) as error:
        raise IntegrityError(
            f"{path} is not a list of files", remedy="pegbar data versions", subject=str(path)
        ) from error
    return {entry.relpath: entry.md5 for entry in listed}


def _is_whole(path: Path, name: str) -> bool:
    if not path.is_file():
        return False
    state = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            state.update(chunk)
    return state.hexdigest() == name.partition(".")[0]


def _no_pointer(where: str) -> IntegrityError:
    return IntegrityError(
        f"{where} is not a pointer to a dataset", remedy=f"git log -- {POINTER}, and restore the last good one",
        subject=where,
    )  # fmt: skip
