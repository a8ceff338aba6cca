"""Where films come from: a folder, a file or a bucket prefix, as a list of candidates to take in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pegbar.config import Config
from pegbar.errors import HostileNameError, SourceError
from pegbar.media.names import check_key, check_name, printable

SCRIPT_SUFFIX = ".script.json"
LICENCE_SUFFIX = ".licence"
VERDICT_SUFFIX = ".verdict"


class SourceConfig(Config):
    """Which files of a folder or bucket claim to be films; a file named by itself always does."""

    extensions: tuple[str, ...] = (".mp4", ".mkv", ".mov", ".webm", ".avi", ".m4v")


@dataclass(frozen=True)
class Candidate:
    """One file that claims to be a film.

    Args:
        label: what tables call its source: the folder's name and the path in it, or the object's URL.
        open_file: brings the film into a local file and returns it; `open_sidecar` its script or licence, if any.
        problem: why it is not even looked at.
    """

    name: str
    label: str
    open_file: Callable[[], Path]
    open_sidecar: Callable[[str], Path | None]
    problem: HostileNameError | None = None


def candidates_of(sources: Sequence[str], config: SourceConfig, scratch: Path) -> list[Candidate]:
    """Return every claimed film of all sources, in a fixed order.

    Raises:
        SourceError: a source is not there, cannot be read, or there is no film at all.
    """
    found: list[Candidate] = []
    for source in sources:
        if source.startswith("s3://"):
            from tasks.curation.sources.bucket import bucket_candidates

            found += bucket_candidates(source, config, scratch)
        else:
            found += _local_candidates(Path(source), config)
    if not found:
        raise SourceError(
            f"no film in {', '.join(sources) or 'no source at all'}",
            remedy=f"name a folder, file or s3://bucket/prefix with films ({' '.join(config.extensions)})",
            subject=", ".join(sources),
        )
    return found


def sidecar_name(name: str, suffix: str) -> str:
    """Return the sidecar's name for a film's: ``film.mp4`` has ``film.script.json``."""
    return PurePosixPath(name).stem + suffix


def is_claimed(name: str, config: SourceConfig) -> bool:
    """Tell whether a file of a folder claims to be a film; hidden files do not."""
    return PurePosixPath(name).suffix.lower() in config.extensions and not name.startswith(".")


def name_problem(check: Callable[[str], str], name: str) -> HostileNameError | None:
    """Return why a name may not be used, or nothing."""
    try:
        check(name)
    except HostileNameError as error:
        return error
    return None


def _local_candidates(source: Path, config: SourceConfig) -> Iterator[Candidate]:
    try:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                relative = path.relative_to(source)
                hidden = any(part.startswith(".") for part in relative.parts)
                if is_claimed(path.name, config) and not hidden and not path.is_dir():
                    folder = source.absolute().name
                    yield _local(path, f"{folder}/{relative.as_posix()}", check_key, relative.as_posix())
            return
        if not source.exists():
            raise _unreadable(source, "is not there")
    except OSError as error:
        raise _unreadable(source, f"cannot be read: {error.strerror}") from error
    yield _local(source, source.name, check_name, source.name)


def _local(path: Path, label: str, check: Callable[[str], str], name: str) -> Candidate:
    def open_sidecar(suffix: str) -> Path | None:
        sidecar = path.with_name(sidecar_name(path.name, suffix))
        return sidecar if sidecar.is_file() else None

    problem = name_problem(check, name)
    return Candidate(path.name, printable(label)[1:-1], lambda: path, open_sidecar, problem)


def _unreadable(source: Path, how: str) -> SourceError:
    return SourceError(
        f"the source {printable(source)} {how}",
        remedy="name a folder, file or s3://bucket/prefix that you may read",
        subject=printable(source),
    )
