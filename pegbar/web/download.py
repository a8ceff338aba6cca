"""A large file from the web: in parts that survive kill -9, gone on with by Range, and bounded in bytes and seconds."""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pegbar.errors import EmptyFileError, MediaLimitError, NotFoundError, ServiceError
from pegbar.parted_file import PartedFile
from pegbar.web.exchange import Response, opened
from pegbar.web.peers import refused, unavailable
from pegbar.web.settings import WebSettings

GONE = (404, 410)
RETRIED = (408, 425, 429)
FIRST_WAIT_SECONDS = 0.5
CHUNK_BYTES = 1 << 18
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)", re.ASCII)


class BusyError(ServiceError):
    """A server that asks to be left alone for a while."""

    wait_seconds: float = 0.0


@dataclass(frozen=True)
class Wanted:
    """What the caller wants of a file.

    Args:
        is_known: whether what has this stamp need not be fetched.
        check: looks at what came first, and at all of it in the end, with the media type that the server says;
            raises an `InputError` to have none of it.
    """

    is_known: Callable[[str], bool]
    check: Callable[[PartedFile, str], None]


@dataclass(frozen=True)
class Downloaded:
    """What became of it.

    Args:
        stamp: changes whenever the file does; None where the server tells nothing of the kind.
        is_known: nothing was fetched, because the stamp was known.
    """

    stamp: str | None
    num_bytes: int
    is_known: bool = False


def download(url: str, parts: PartedFile, settings: WebSettings, wanted: Wanted) -> Downloaded:
    """Fetch a file into `parts`, going on where they end; an attempt that came further than any before has not failed.

    Raises:
        InputError: an address that may not be asked, too large a file, or an answer that contradicts itself.
        NotFoundError: the server knows no such file. ServiceError: it may do better another time.
    """
    deadline = time.monotonic() + settings.max_download_seconds
    furthest, num_failed = parts.end, 0
    while True:
        try:
            return _attempt(url, parts, settings, deadline, wanted)
        except ServiceError as error:
            num_failed = 0 if parts.end > furthest else num_failed + 1
            furthest = max(furthest, parts.end)
            asked = error.wait_seconds if isinstance(error, BusyError) else 0.0
            pause = min(max(FIRST_WAIT_SECONDS * 2 ** (num_failed - 1), asked), settings.max_wait_seconds)
            if num_failed >= settings.max_attempts or time.monotonic() + pause >= deadline:
                raise
            time.sleep(pause)


def _attempt(url: str, parts: PartedFile, settings: WebSettings, deadline: float, wanted: Wanted) -> Downloaded:
    start = parts.end
    headers = {"Range": f"bytes={start}-", "If-Range": parts.identity} if start and parts.identity else {}
    with opened(url, settings, deadline=deadline, headers=headers) as response:
        _check_status(response, parts)
        start = start if response.status == 206 else 0
        total = _total(response, parts, start) if response.status == 206 else response.num_bytes
        stamp = _stamp(response, total)
        if stamp is not None and total is not None and wanted.is_known(stamp):
            return Downloaded(stamp, total, is_known=True)
        if total is not None and total > settings.max_download_bytes:
            raise _too_large(response, settings)
        if start == 0:
            parts.begin(_validator(response))
        end = _receive(response, parts, start, settings, wanted)
    if total is not None and end != total:
        raise (unavailable if end < total else refused)(response.address.host, f"sends {end} of {total} bytes")
    if end == 0:
        raise EmptyFileError(f"{response.address.host} sends zero bytes", remedy="correct the URL", subject=url)
    wanted.check(parts, response.headers.get_content_type())
    return Downloaded(stamp, end)


def _receive(response: Response, parts: PartedFile, start: int, settings: WebSettings, wanted: Wanted) -> int:
    """Write the body in parts, the last one also where it is cut; return where it ends."""
    offset, content = start, bytearray()
    try:
        while chunk := response.read(CHUNK_BYTES):
            content += chunk
            if offset + len(content) > settings.max_download_bytes:
                raise _too_large(response, settings)
            if len(content) >= settings.part_bytes:
                parts.write(offset, bytes(content))
                offset += len(content)
                content.clear()
                if start == 0:
                    wanted.check(parts, response.headers.get_content_type())
                    start = offset
    finally:
        if content:
            parts.write(offset, bytes(content))
    return offset + len(content)


def _check_status(response: Response, parts: PartedFile) -> None:
    host, status = response.address.host, response.status
    if status in GONE:
        raise NotFoundError(f"{host} has no such film ({status})", remedy="correct the URL", subject=host)
    if status == 416:  # there was no more to come, or it is another file now
        parts.begin("")
        raise unavailable(host, "has no bytes where those that came before end")
    if status in RETRIED or status >= 500:
        error = BusyError(f"{host} is busy ({status})", remedy="run the command again later", subject=host)
        with suppress(ValueError):
            error.wait_seconds = float(response.headers.get("Retry-After", ""))
        raise error
    if status not in (200, 206):
        raise refused(host, f"answers {status}, not with a film")


def _total(response: Response, parts: PartedFile, start: int) -> int:
    """Return the whole file's size, from an answer that goes on at `start` with the same file."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != start or not start:
        raise refused(response.address.host, "answers with another part than it was asked for")
    if _validator(response) not in ("", parts.identity):
        parts.begin("")
        raise unavailable(response.address.host, "changed the film while it was fetched")
    return int(found[2])


def _validator(response: Response) -> str:
    """Return what If-Range takes; nothing where the server cannot say whether a file is still the same."""
    etag = response.headers.get("ETag", "")
    return str(etag if etag.startswith('"') else response.headers.get("Last-Modified", ""))


def _stamp(response: Response, total: int | None) -> str | None:
    marks = [response.headers.get("ETag"), response.headers.get("Last-Modified")]
    return json.dumps([*marks, total]) if total is not None and any(marks) else None


def _too_large(response: Response, settings: WebSettings) -> MediaLimitError:
    return MediaLimitError(
        f"{response.address.host} sends more than the {settings.max_download_bytes} bytes that are allowed",
        remedy="raise web.max_download_bytes in settings.toml, or leave the film out",
        subject=response.address.host,
    )
