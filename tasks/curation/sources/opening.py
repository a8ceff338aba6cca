"""Every film of every source: folders, files, lists, buckets, addresses of the web and of video sites."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pegbar.errors import InputError, SourceError
from pegbar.media.names import check_key
from pegbar.web import WebSettings
from tasks.curation.sources.candidates import REMEDY, Candidate, SourceConfig, name_problem, refused_candidate
from tasks.curation.sources.lists import LIST_SUFFIXES, Line, Row, bad_row, read_list
from tasks.curation.sources.local import local_candidate, local_candidates
from tasks.curation.sources.rights import Said
from tasks.curation.sources.web_film import Hosts, small_file, web_candidate

if TYPE_CHECKING:
    from tasks.curation.sources.bucket import Bucket

S3 = "s3://"
WEB = ("http://", "https://")
VIDEO_SITE = ("youtube:", "ytdlp+")
MAX_SCRIPT_BYTES = 8 << 20


def is_remote(source: str) -> bool:
    """Tell whether a source is an address, not a path."""
    return source.startswith((S3, *WEB, *VIDEO_SITE))


def named_everywhere(source: str) -> str:
    """Return a source as a run elsewhere, or another night, finds it: addresses as they are, paths absolute."""
    return source if is_remote(source) else str(Path(source).absolute())


class Sources:
    """Opens sources of one run; what they have in common is opened once."""

    def __init__(self, config: SourceConfig, scratch: Path, web: WebSettings) -> None:
        self.config, self.scratch, self.web = config, scratch, web
        self._buckets: dict[str, Bucket] = {}
        self._hosts = Hosts(web.max_failed_films)

    def candidates(self, sources: Sequence[str]) -> list[Candidate]:
        """Return every claimed film of all sources, in a fixed order.

        Raises:
            SourceError: a source is not there, cannot be read, or there is no film at all.
            MissingExtraError: a video site without the package that reads them.
        """
        found = [candidate for source in sources for candidate in self._of(source)]
        if not found:
            raise SourceError(
                f"no film in {', '.join(sources) or 'no source at all'}",
                remedy=f"{REMEDY}; in a folder or bucket these are films: {' '.join(self.config.extensions)}",
                subject=", ".join(sources),
            )
        return found

    def _of(self, source: str) -> Iterator[Candidate]:
        path = Path(source)
        if is_remote(source):
            yield from self._remote(source, Said())
        elif path.suffix.lower() in LIST_SUFFIXES and path.is_file():
            for line in read_list(path):
                yield from self._row(path, line)
        else:
            yield from local_candidates(path, self.config)

    def _remote(self, source: str, said: Said) -> Iterator[Candidate]:
        if source.startswith(S3):
            from tasks.curation.sources.bucket import bucket_candidates

            name, _, prefix = source.removeprefix(S3).partition("/")
            yield from bucket_candidates(self._bucket(name), prefix, self.config)
        elif source.startswith(WEB):
            yield web_candidate(source, said, self.web, self.scratch, self._hosts)
        else:
            from tasks.curation.sources.video_site import site_candidate

            yield site_candidate(source, said, self.config, self.web, self.scratch)

    def _row(self, path: Path, line: Line) -> Iterator[Candidate]:
        """Yield what a row names; a bad row is one refused film, and nobody else's trouble."""
        row = line.row
        if row is None:
            yield refused_candidate(line.place, line.problem or bad_row(line.place, "is not valid"))
            return
        found = list(self._remote(row.source, row.said) if is_remote(row.source) else self._beside(path, row))
        problem = None
        if not found:
            problem = bad_row(line.place, "its source holds no film")
        elif len(found) > 1 and row.names_one_film:
            problem = bad_row(line.place, f"it says what can be true of one film alone, and names {len(found)}")
        if problem is not None:
            yield refused_candidate(line.place, problem, row.said)
            return
        script = partial(self._file, path.parent, row.script) if row.script else None
        for candidate in found:
            yield replace(candidate, said=row.said, name=row.name or candidate.name, open_script=script)

    def _beside(self, path: Path, row: Row) -> Iterator[Candidate]:
        """Yield the films of a path in a list, named as the list's folder would name them."""
        there = path.parent / row.source
        if there.is_dir():
            yield from local_candidates(there, self.config)
            return
        relative = PurePosixPath(row.source)
        is_inside = not relative.is_absolute() and ".." not in relative.parts
        parts = (path.absolute().parent.name, *relative.parts) if is_inside else relative.parts[-2:]
        yield local_candidate(there, "/".join(parts), name_problem(check_key, parts[-1]))

    def _file(self, folder: Path, address: str) -> Path:
        if address.startswith(S3):
            from tasks.curation.sources.bucket import object_file

            name, _, key = address.removeprefix(S3).partition("/")
            return object_file(self._bucket(name), key)
        if address.startswith(WEB):
            return small_file(address, self.web, self.scratch, MAX_SCRIPT_BYTES)
        path = folder / address
        if not path.is_file() or path.stat().st_size > MAX_SCRIPT_BYTES:
            raise InputError(f"{path.name} is no script", remedy="correct its row in the list", subject=path.name)
        return path

    def _bucket(self, name: str) -> "Bucket":
        from tasks.curation.sources.bucket import Bucket

        if not name:
            raise SourceError("'s3://' names no bucket", remedy="name it as s3://bucket/prefix", subject="s3://")
        if name not in self._buckets:
            self._buckets[name] = Bucket.open(name, self.config.bucket, self.scratch)
        return self._buckets[name]
