"""A release beside films: each video's script and reference pictures, where `pegbar curate` finds them."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from pegbar import progress
from pegbar.config import Config
from pegbar.errors import HostileNameError, InputError, ScriptError, SourceError
from pegbar.files import write_bytes
from pegbar.media import SandboxLimits, probe, run_sandboxed
from pegbar.media.names import check_key, printable
from pegbar.records import Record
from tasks.curation.release.files import ReleaseFiles, open_release
from tasks.curation.release.keys import FoundSpelling
from tasks.curation.release.reading import films_of, listed_ids
from tasks.curation.release.records import Finding, ReleaseConfig, ReleaseFilm
from tasks.curation.release.script import script_of
from tasks.curation.release.write import json_bytes
from tasks.curation.sources.candidates import SourceConfig, is_claimed
from tasks.curation.sources.sidecars import SCRIPT_SUFFIX, sidecar_name

REFERENCES_SUFFIX = ".references"
PICTURE_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
MAX_REASONS = 3
BEYOND_SECONDS = 1.0  # whole seconds round up
ImportOutcome = Literal["written", "unchanged", "kept", "refused"]


class ImportConfig(Config):
    """What is read of a release, which files claim to be films, and what probing one may use.

    Args:
        replace: whether a script or picture that lies there and differs gives way.
    """

    release: ReleaseConfig = ReleaseConfig()
    source: SourceConfig = SourceConfig()
    sandbox: SandboxLimits = SandboxLimits()
    replace: bool = False


class ImportedFilm(Record):
    """What became of one film's script: `kept` is another one that lay there already.

    Args:
        film: relative to the films' folder; `annotation` relative to the release.
        times: what the release's times count from, and how sure that is ("segment: certain").
        num_pictures: of the references that lie beside the film now.
    """

    video_id: str
    film: str
    annotation: str
    outcome: ImportOutcome
    reason: str = ""
    spelling: FoundSpelling
    times: tuple[str, ...]
    num_stories: int
    num_pictures: int = 0


class ImportReport(Record):
    """What a release brought to a folder of films."""

    films: tuple[ImportedFilm, ...]
    videos_without_film: tuple[str, ...]
    films_without_annotation: tuple[str, ...]
    findings: tuple[Finding, ...]


def import_release(release: Path, films: Path, config: ImportConfig = ImportConfig()) -> ImportReport:  # noqa: B008
    """Write every video's script and references beside its film: the file whose stem is the video ID.

    Raises:
        SourceError: the release or the folder of films is not there or cannot be read, or no video is told.
        DiskFullError, ReadOnlyError: what was written before is whole.
    """
    return _Importer(films, config).run(release)


class _Importer:
    def __init__(self, films: Path, config: ImportConfig) -> None:
        self._root, self._config = films, config
        self._films = _films_by_stem(films, config.source)
        self._findings: list[Finding] = []
        self._imported: list[ImportedFilm] = []
        self._places = _Places(())

    def run(self, release: Path) -> ImportReport:
        missing: list[str] = []
        met: set[str] = set()
        with open_release(release, self._config.release) as files:
            self._places = _Places(files.names)
            for found in films_of(files, self._config.release):
                if isinstance(found, Finding):
                    self._findings.append(found)
                    continue
                stem = _composed(found.video_id)
                if stem not in self._films:
                    missing.append(found.video_id)
                    continue
                met.add(stem)
                self._findings += found.findings
                for path in self._films[stem]:
                    self._import(files, found, path)
                progress.report("films", len(met), len(self._films))
            if not (met or missing):
                raise _nothing_told(release, (*files.findings, *self._findings))
            ids, id_findings = listed_ids(files)
            told = met | {_composed(video_id) for video_id in missing}
            self._findings += [*files.findings, *id_findings]
        missing += [video_id for video_id in ids or () if _composed(video_id) not in told]
        alone = [path for stem, paths in self._films.items() if stem not in met for path in paths]
        return ImportReport(
            films=tuple(self._imported),
            videos_without_film=tuple(dict.fromkeys(missing)),
            films_without_annotation=tuple(sorted(self._shown(path) for path in alone)),
            findings=tuple(self._findings),
        )

    def _import(self, files: ReleaseFiles, film: ReleaseFilm, path: Path) -> None:
        outcome, reason, num_pictures = self._written(files, film, path)
        times = {f"{story.times.convention}: {story.times.certainty}": None for story in film.stories}
        self._imported.append(
            ImportedFilm(
                video_id=film.video_id,
                film=self._shown(path),
                annotation=film.path,
                outcome=outcome,
                reason=reason,
                spelling=film.spelling,
                times=tuple(times),
                num_stories=len(film.stories),
                num_pictures=num_pictures,
            )
        )

    def _written(self, files: ReleaseFiles, film: ReleaseFilm, path: Path) -> tuple[ImportOutcome, str, int]:
        """Write pictures, then the script that names them; return what became of it, why, and how many pictures."""
        try:
            info = run_sandboxed(probe, path, limits=self._config.sandbox, subject=path)
            script = script_of(film, info.fps)
        except InputError as error:
            return "refused", error.what, 0
        self._findings += script.findings
        last = max(shot.end_seconds for story in film.stories for shot in story.shots)
        if last > info.duration_seconds + BEYOND_SECONDS:
            self._flag(film, f"tells {last:.1f} s, {path.name} lasts {info.duration_seconds:.1f} s: another cut?")
        target, content = path.with_name(sidecar_name(path.name, SCRIPT_SUFFIX)), json_bytes(script.value)
        before = target.read_bytes() if target.is_file() else None
        if before not in (None, content) and not self._config.replace:
            return "kept", f"{target.name} differs; --replace puts the release's in its place", 0
        num_pictures = self._write_pictures(files, film, path)
        if before != content:
            write_bytes(target, content)
        return "unchanged" if before == content else "written", "", num_pictures

    def _write_pictures(self, files: ReleaseFiles, film: ReleaseFilm, path: Path) -> int:
        folder = path.with_name(sidecar_name(path.name, REFERENCES_SUFFIX))
        pictures = dict.fromkeys(picture.path for story in film.stories for picture in story.pictures)
        masks = dict.fromkeys(mask.path for story in film.stories for mask in story.masks)
        there = 0
        for name in pictures | masks:
            content = self._picture(files, film, name)
            if content is None:
                continue
            target = folder / name
            differs = target.is_file() and target.read_bytes() != content
            if differs and not self._config.replace:
                self._flag(film, f"another picture lies at {target.name}; --replace puts the release's in its place")
            elif differs or not target.exists():
                write_bytes(target, content)
            there += name in pictures
        return there

    def _picture(self, files: ReleaseFiles, film: ReleaseFilm, name: str) -> bytes | None:
        """Return a picture's bytes, or None and a finding."""
        try:
            check_key(name)
            found = self._places.find(film.path, name)
            if found is None:
                self._flag(film, f"its picture {printable(name)} is not in the release")
                return None
            content = files.read(found, self._config.release.max_picture_bytes)
        except (HostileNameError, ScriptError) as error:
            self._flag(film, error.what)
            return None
        if not content.startswith(PICTURE_SIGNATURES):
            self._flag(film, f"its picture {printable(name)} is no PNG, JPEG or WebP")
            return None
        return content

    def _flag(self, film: ReleaseFilm, what: str) -> None:
        self._findings.append(Finding(path=film.path, severity="flagged", what=what))

    def _shown(self, path: Path) -> str:
        return printable(path.relative_to(self._root).as_posix())[1:-1]


class _Places:
    """Finds what annotations name among a release's files."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = frozenset(names)
        self._by_file: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self._by_file[PurePosixPath(name).name].append(name)

    def find(self, annotation: str, picture: str) -> str | None:
        """Return where a picture lies: from the release's top, from its annotation, or the one place that ends so."""
        for name in (picture, (PurePosixPath(annotation).parent / picture).as_posix()):
            if name in self._names:
                return name
        ends = [name for name in self._by_file[PurePosixPath(picture).name] if name.endswith(f"/{picture}")]
        return ends[0] if len(ends) == 1 else None


def _nothing_told(release: Path, findings: tuple[Finding, ...]) -> SourceError:
    reasons = "".join(f"; {finding.path} {finding.what}" for finding in findings[:MAX_REASONS])
    return SourceError(
        f"no video's annotation in {printable(release)}{reasons}",
        remedy="name a release in the AnimeShooter form: a JSON file per video, with its segments",
        subject=printable(release),
    )


def _films_by_stem(root: Path, config: SourceConfig) -> dict[str, list[Path]]:
    if not root.is_dir():
        raise SourceError(
            f"{printable(root)} is no folder of films",
            remedy="name the folder that holds the release's films, each named by its video ID",
            subject=printable(root),
        )
    found: dict[str, list[Path]] = defaultdict(list)
    for path in _claimed(root, config):
        found[_composed(path.stem)].append(path)
    return found


def _claimed(root: Path, config: SourceConfig) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if is_claimed(path.name, config) and not hidden and path.is_file():
            yield path


def _composed(name: str) -> str:
    """Return a name as one sequence of characters, however a file system spells its accents."""
    return unicodedata.normalize("NFC", name).strip()
