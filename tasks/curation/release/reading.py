"""A whole release, file by file: a wrong file is a finding, its neighbours are unharmed."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pegbar.errors import ScriptError
from tasks.curation.release.files import ReleaseFiles, open_release
from tasks.curation.release.read import FilmReader
from tasks.curation.release.records import IDS_NAME, MANIFEST_NAME, Finding, Release, ReleaseConfig, ReleaseFilm

MAX_IDS_BYTES = 64 << 20


def read_release(path: Path, config: ReleaseConfig = ReleaseConfig()) -> Release:  # noqa: B008 - frozen
    """Read a release's folder or zip into memory; `films_of` reads one film at a time.

    Raises:
        SourceError: it is not there, or no folder and no zip.
    """
    with open_release(path, config) as files:
        found = list(films_of(files, config))
        ids, id_findings = listed_ids(files)
    films = tuple(item for item in found if isinstance(item, ReleaseFilm))
    findings = (*files.findings, *(item for item in found if isinstance(item, Finding)), *id_findings)
    return Release(films=films, findings=findings, listed_ids=ids)


def films_of(files: ReleaseFiles, config: ReleaseConfig) -> Iterator[ReleaseFilm | Finding]:
    """Yield every video's annotation in the order of their paths, and why a file is none."""
    seen: dict[str, str] = {}
    for name in files.names:
        file = PurePosixPath(name)
        if file.suffix.lower() != ".json" or file.name == MANIFEST_NAME:
            continue
        try:
            film = FilmReader(name, config).read(files.read(name, config.max_json_bytes))
        except ScriptError as error:
            yield Finding(path=name, severity="refused", what=error.what.removeprefix(f"{name} "))
            continue
        if film.video_id in seen:
            yield Finding(path=name, severity="refused", what=f"has the video ID of {seen[film.video_id]}")
            continue
        seen[film.video_id] = name
        yield film


def listed_ids(files: ReleaseFiles) -> tuple[tuple[str, ...] | None, tuple[Finding, ...]]:
    """Return the ids of ``video_ids.txt``, None without one, and what is wrong with it."""
    name = next((name for name in files.names if PurePosixPath(name).name == IDS_NAME), None)
    if name is None:
        return None, ()
    try:
        text = files.read(name, MAX_IDS_BYTES).decode("utf-8-sig")
    except ScriptError as error:
        return None, (Finding(path=name, severity="refused", what=error.what),)
    except UnicodeError:
        return None, (Finding(path=name, severity="refused", what="is not UTF-8 text"),)
    return tuple(line.strip() for line in text.splitlines() if line.strip()), ()
