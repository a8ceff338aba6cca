"""A film at an address of the web."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pegbar.digests import digest_of
from pegbar.errors import InputError, NotAVideoError, ServiceError
from pegbar.media.container import KINDS
from pegbar.media.names import check_name
from pegbar.media.structure import family_of
from pegbar.parted_file import PartedFile, parted_file
from pegbar.web import Wanted, WebSettings, download, web_address
from tasks.curation.sources.candidates import Candidate, Fetched, Recall, name_problem, refused_candidate, shown
from tasks.curation.sources.rights import Said


class Hosts:
    """Which hosts are still worth asking: a list of films must not wait for each film of a server that is down."""

    def __init__(self, max_failures: int) -> None:
        self._max_failures = max_failures
        self._failures: Counter[str] = Counter()

    @contextmanager
    def asked(self, host: str) -> Iterator[None]:
        """Count what fails in the block, unless something came well in between.

        Raises:
            ServiceError: too many films in a row failed; the host is not asked again in this run.
        """
        if self._failures[host] >= self._max_failures:
            raise ServiceError(
                f"{host} is not asked any more: it failed for {self._max_failures} films in a row",
                remedy="when it is back, run the command again",
                subject=host,
            )
        try:
            yield
        except ServiceError:
            self._failures[host] += 1
            raise
        del self._failures[host]


def web_candidate(url: str, said: Said, settings: WebSettings, scratch: Path, hosts: Hosts) -> Candidate:
    """Describe a film at a URL; its label is the URL without its query, which may hold a password."""
    try:
        parts = urlsplit(url)
        address = web_address(url)
    except ValueError as error:
        problem = error if isinstance(error, InputError) else InputError("it is no URL", remedy="correct it")
        return refused_candidate(url.partition("?")[0].rpartition("@")[2], problem, said)
    name = said.name or unquote(parts.path.rpartition("/")[2], errors="replace")
    return Candidate(
        name=name,
        label=shown(f"{parts.scheme}://{parts.netloc}{parts.path}"),
        subject=url,
        fetch=partial(_fetched, url, address.host, settings, scratch, hosts),
        said=said,
        problem=name_problem(check_name, name),
    )


@contextmanager
def _fetched(
    url: str, host: str, settings: WebSettings, scratch: Path, hosts: Hosts, recall: Recall
) -> Iterator[Fetched]:
    known: list[str] = []

    def is_known(stamp: str) -> bool:
        known.extend(filter(None, [recall(stamp)]))
        return bool(known)

    with parted_file(scratch / "ingest" / digest_of(url)) as parts:
        with hosts.asked(host):
            came = download(url, parts, settings, Wanted(is_known, check_is_film))
        if came.is_known:
            yield Fetched(came.num_bytes, came.stamp, sha256=known[0])
        else:
            yield Fetched(came.num_bytes, came.stamp, parts.path)


def check_is_film(parts: PartedFile, media_type: str) -> None:
    """Refuse what does not start like a film.

    Raises:
        NotAVideoError: such as a page that says who may see the film.
    """
    if family_of(parts.path) is None:
        raise NotAVideoError(
            f"what the server sends ({shown(media_type)}) is none of {KINDS}",
            remedy="give the address of the film itself, not of a page about it",
        )


def small_file(url: str, settings: WebSettings, scratch: Path, max_bytes: int) -> Path:
    """Bring a small file, such as a script, from the web; it is asked for in every run.

    Raises:
        InputError, NotFoundError, ServiceError: see `pegbar.web.download`.
    """
    folder = scratch / "ingest" / "beside" / digest_of(url)
    limits = settings.but(max_download_bytes=max_bytes)
    with parted_file(folder / "parts") as parts:
        download(url, parts, limits, Wanted(lambda _: False, lambda _, __: None))
        return parts.path.rename(folder / "file")
