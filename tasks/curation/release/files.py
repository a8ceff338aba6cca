"""The files of a release, in a folder or a zip: only plain names, only inside, only as large as allowed."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from pegbar.errors import HostileNameError, ScriptError, SourceError
from pegbar.media.names import check_key, printable
from tasks.curation.release.records import MANIFEST_NAME, Finding, ReleaseConfig

SMALL_BYTES = 1 << 20  # what a zip may unpack to whatever its ratio
SIDE_FOLDERS = frozenset({"__MACOSX"})


class ReleaseFiles(Protocol):
    """What is in a release.

    `names` are relative, with ``/``, sorted; `findings` say what was left out and why.
    """

    names: tuple[str, ...]
    findings: tuple[Finding, ...]

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return a file's bytes.

        Raises:
            ScriptError: it is larger, damaged or encrypted.
        """
        ...


@contextmanager
def open_release(path: Path, config: ReleaseConfig) -> Iterator[ReleaseFiles]:
    """Open a release's folder or zip.

    Raises:
        SourceError: it is not there, cannot be read, or holds too many files.
    """
    try:
        if path.is_dir():
            yield _FolderFiles(path, config)
            return
        with zipfile.ZipFile(path) as archive:
            yield _ZipFiles(archive, path, config)
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(
            f"the release {printable(path)} cannot be read: {error}",
            remedy="name a release's folder, or its .zip as it was downloaded",
            subject=printable(path),
        ) from error


class _FolderFiles:
    def __init__(self, root: Path, config: ReleaseConfig) -> None:
        self._root = root.resolve()
        sizes: dict[str, str] = {}
        for path in sorted(self._root.rglob("*")):
            if not path.is_dir():
                sizes[path.relative_to(self._root).as_posix()] = self._problem(path)
        self.names, self.findings = _sorted_out(sizes, config, root)

    def read(self, name: str, max_bytes: int) -> bytes:
        with (self._root / name).open("rb") as stream:
            content = stream.read(max_bytes + 1)
        return _bounded(name, content, max_bytes)

    def _problem(self, path: Path) -> str:
        if not path.resolve().is_relative_to(self._root):
            return "is a link that leads out of the release"
        return "" if path.is_file() else "is no plain file"


class _ZipFiles:
    def __init__(self, archive: zipfile.ZipFile, path: Path, config: ReleaseConfig) -> None:
        self._archive = archive
        self._ratio = config.max_ratio
        problems: dict[str, str] = {}
        for entry in archive.infolist():
            if not entry.is_dir():
                is_again = entry.filename in problems
                problems[entry.filename] = "is there twice" if is_again else self._problem(entry)
        self.names, self.findings = _sorted_out(problems, config, path)

    def read(self, name: str, max_bytes: int) -> bytes:
        try:
            with self._archive.open(name) as stream:
                content = stream.read(max_bytes + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise _refusal(name, f"cannot be unpacked: {error}") from error
        return _bounded(name, content, max_bytes)

    def _problem(self, entry: zipfile.ZipInfo) -> str:
        if stat.S_ISLNK(entry.external_attr >> 16):
            return "is a link"
        if entry.file_size > max(SMALL_BYTES, self._ratio * entry.compress_size):
            return f"unpacks to over {self._ratio} times its size"
        return ""


def _sorted_out(
    problems: dict[str, str], config: ReleaseConfig, path: Path
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return the names that may be used, and why the others may not; hidden files are nobody's."""
    if len(problems) > config.max_files:
        raise SourceError(
            f"the release {printable(path)} holds {len(problems)} files, over {config.max_files}",
            remedy="name one release, not a folder of many",
            subject=printable(path),
        )
    nested = {
        str(PurePosixPath(name).parent)
        for name in problems
        if PurePosixPath(name).name == MANIFEST_NAME and "/" in name
    }
    top = _single_top(problems)
    names: list[str] = []
    findings = [
        Finding(path=folder, severity="flagged", what="is a release of its own: name it by itself")
        for folder in sorted(nested - {top})
    ]
    for name, problem in sorted(problems.items()):
        parts = PurePosixPath(name).parts
        if any(part.startswith(".") and part != ".." or part in SIDE_FOLDERS for part in parts):
            continue
        if any(str(parent) in nested - {top} for parent in PurePosixPath(name).parents):
            continue
        reason = problem or _name_problem(name)
        if reason:
            findings.append(Finding(path=printable(name)[1:-1], severity="refused", what=reason))
        else:
            names.append(name)
    return tuple(names), tuple(findings)


def _single_top(names: dict[str, str]) -> str | None:
    """Return the folder that holds everything, if there is one: zips often have it."""
    tops = {PurePosixPath(name).parts[0] for name in names if name}
    return tops.pop() if len(tops) == 1 else None


def _name_problem(name: str) -> str:
    try:
        check_key(name)
    except HostileNameError as error:
        return error.what
    return ""


def _bounded(name: str, content: bytes, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise _refusal(name, f"is over {max_bytes} bytes")
    return content


def _refusal(name: str, how: str) -> ScriptError:
    return ScriptError(f"{name} {how}", remedy=f"correct or remove {name}", subject=name)
