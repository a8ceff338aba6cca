"""What claims to be a film, wherever it lies: its name, its rights, and a way to hold its bytes for a moment."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydantic import Field

from pegbar.config import Config
from pegbar.errors import HostileNameError, PegbarError
from pegbar.media.names import printable
from tasks.curation.sources.rights import Said

REMEDY = "name a folder, film, list (.txt, .csv, .jsonl), s3://bucket/prefix or https://host/film that you may read"


class BucketConfig(Config):
    """How objects of a bucket are fetched.

    Args:
        part_bytes: what a killed download may have to fetch again, times `num_threads`, which fetch parts at once.
        max_attempts: of each request, waits between them included.
        max_object_bytes: the largest film that is fetched.
    """

    part_bytes: int = Field(default=16 * 2**20, gt=0)
    num_threads: int = Field(default=4, ge=1)
    max_attempts: int = Field(default=5, ge=1)
    connect_timeout_seconds: float = Field(default=10.0, gt=0)
    read_timeout_seconds: float = Field(default=60.0, gt=0)
    max_object_bytes: int = Field(default=256 * 2**30, gt=0)


class SourceConfig(Config):
    """Which files of a folder or bucket claim to be films; a file named by itself always does.

    Args:
        max_height: the tallest picture that is taken from a video site, in pixels.
    """

    extensions: tuple[str, ...] = (".mp4", ".mkv", ".mov", ".webm", ".avi", ".m4v")
    bucket: BucketConfig = BucketConfig()
    max_height: int = Field(default=1080, ge=1)


@dataclass(frozen=True)
class Fetched:
    """A film's bytes while they are held, or the digest by which they are known without holding them.

    Args:
        path: a local file; None where `sha256` is known. is_ours: nobody else needs it.
        stamp: changes whenever the bytes do; None where nobody can tell.
        stated: what the bytes' sha256 should be, by who says so.
    """

    size_bytes: int
    stamp: str | None
    path: Path | None = None
    is_ours: bool = True
    sha256: str | None = None
    stated: dict[str, str] = field(default_factory=dict)


Recall = Callable[[str], str | None]
"""Returns the digest of what had a stamp, if its bytes need not be fetched again."""
Fetch = Callable[[Recall], AbstractContextManager[Fetched]]


def no_sidecar(_: str) -> Path | None:
    """Say that nothing lies beside a film."""
    return None


@dataclass(frozen=True)
class Candidate:
    """One file that claims to be a film.

    Args:
        label: what tables call its source: the folder's name and the path in it, or a URL without query.
        subject: what its digest is remembered by.
        fetch: holds its bytes. open_sidecar: brings the file of a suffix that lies beside it.
        said: what a list says of it. open_script: brings the script that a list names.
        has_default_licence: whether the licence that a run is given for films that say nothing holds for it.
        problem: why it is not even looked at.
    """

    name: str
    label: str
    subject: str
    fetch: Fetch
    open_sidecar: Callable[[str], Path | None] = no_sidecar
    said: Said = Said()
    open_script: Callable[[], Path] | None = None
    has_default_licence: bool = True
    problem: PegbarError | None = None


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


def shown(name: str | Path) -> str:
    """Return a name as tables may hold it."""
    return printable(name)[1:-1]


def refused_candidate(label: str, problem: PegbarError, said: Said = Said()) -> Candidate:  # noqa: B008 - frozen
    """Return a candidate that is nothing but the reason why it is none."""

    def fetch(_: Recall) -> AbstractContextManager[Fetched]:
        raise problem

    return Candidate(shown(label).rpartition("/")[2], shown(label), label, fetch, said=said, problem=problem)
