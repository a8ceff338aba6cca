"""Films of a folder, and films named by themselves."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pegbar.errors import EmptyFileError, InputError, SourceError
from pegbar.known_digests import RACY_NANOSECONDS, file_stamp
from pegbar.media.names import check_key, check_name, printable
from tasks.curation.sources.candidates import (
    REMEDY,
    Candidate,
    Fetched,
    Recall,
    SourceConfig,
    is_claimed,
    name_problem,
    shown,
)
from tasks.curation.sources.sidecars import sidecar_names


def local_candidates(source: Path, config: SourceConfig) -> Iterator[Candidate]:
    """Yield the claimed films of a folder, in order, or the one film that is named.

    Raises:
        SourceError: it is not there, or cannot be read.
    """
    try:
        if source.is_dir():
            folder = source.absolute().name
            for relative in sorted(_claimed(source, config)):
                label = f"{folder}/{relative.as_posix()}"
                problem = name_problem(check_key, relative.as_posix())
                yield local_candidate(source / relative, label, problem)
            return
        source.lstat()
    except FileNotFoundError as error:
        raise _unreadable(source, "is not there") from error
    except OSError as error:
        raise _unreadable(source, f"cannot be read: {error.strerror}") from error
    yield local_candidate(source, source.name, name_problem(check_name, source.name))


def local_candidate(path: Path, label: str, problem: InputError | None) -> Candidate:
    """Describe one local file."""

    def open_sidecar(suffix: str) -> Path | None:
        names = sidecar_names(path.name, suffix)
        return next((beside for name in names if (beside := path.with_name(name)).is_file()), None)

    subject = os.fsencode(path.absolute()).decode(errors="backslashreplace")
    return Candidate(path.name, shown(label), subject, partial(_held, path), open_sidecar, problem=problem)


def _claimed(source: Path, config: SourceConfig) -> Iterator[Path]:
    """Yield the relative paths of claimed films; hidden folders are not entered."""
    for folder, folders, names in os.walk(source, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        where = Path(folder).relative_to(source)
        yield from (where / name for name in names if is_claimed(name, config))


def _raise(error: OSError) -> None:
    raise error


@contextmanager
def _held(path: Path, recall: Recall) -> Iterator[Fetched]:
    found = _status(path)
    stamp = file_stamp(path)
    known = recall(stamp)
    if known is not None:
        yield Fetched(found.st_size, stamp, sha256=known)
        return
    path.open("rb").close()
    is_settled = time.time_ns() - found.st_mtime_ns > RACY_NANOSECONDS
    yield Fetched(found.st_size, stamp if is_settled else None, path, is_ours=False)


def _status(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except PermissionError:
        raise
    except OSError as error:
        raise _no_file(path) from error
    if not stat.S_ISREG(found.st_mode):
        raise _no_file(path)
    if found.st_size == 0:
        raise EmptyFileError(f"{path.name} is empty: zero bytes", remedy="copy the film again", subject=path.name)
    return found


def _no_file(path: Path) -> InputError:
    return InputError(f"{path.name} is not a regular file", remedy="name a film, not a folder or device")


def _unreadable(source: Path, how: str) -> SourceError:
    return SourceError(f"the source {printable(source)} {how}", remedy=REMEDY, subject=printable(source))
