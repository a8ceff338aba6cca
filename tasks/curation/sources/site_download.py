"""yt-dlp as a library with fixed options: no configuration, cache, plugin, proxy or external program has a say.

Its own requests go through connections whose peers are checked as for any other address of the web.
"""

import http.client
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import AbstractHTTPHandler, Request

import yt_dlp
from yt_dlp.globals import all_plugins_loaded
from yt_dlp.networking import RequestDirector
from yt_dlp.networking._urllib import UrllibRH
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError, YoutubeDLError

from pegbar.errors import InputError, MediaLimitError, PegbarError
from pegbar.web import WebSettings
from pegbar.web.peers import connect, refused, unavailable
from tasks.curation.sources.candidates import shown

PROTOCOLS = "[protocol~='^(https?|m3u8_native|http_dash_segments)$']"
TRIES_AGAIN = (408, 425, 429, 500, 502, 503, 504)
Connections = weakref.WeakSet[socket.socket]


class _Quiet:
    """Takes what yt-dlp would print; errors come as exceptions."""

    def debug(self, message: str) -> None:
        """Drop it."""

    info = warning = error = debug


def download_video(url: str, folder: Path, max_height: int, web: WebSettings) -> Path:
    """Fetch a video, the first where a page shows several, in one file with pictures and sound together.

    Raises:
        InputError: no such video, a live one, too large a one, or an address that may not be asked.
        ServiceError: the site does not answer, or takes too long.
    """
    host = url.partition("://")[2].partition("/")[0]
    all_plugins_loaded.value = True
    connections: Connections = weakref.WeakSet()
    with _cut_after(web.max_download_seconds, connections) as is_late:
        try:
            with _director_of(web, connections)(_options(folder, max_height, web)) as client:
                client.extract_info(url)
        except MediaLimitError:
            raise
        except (YoutubeDLError, http.client.HTTPException) as error:
            if is_late.is_set():
                raise unavailable(host, "did not come to an end in the time that is allowed") from error
            raise _as_ours(host, error) from error
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    if len(files) != 1:
        raise refused(host, "gives no single film that may be taken")
    return files[0]


def _options(folder: Path, max_height: int, web: WebSettings) -> dict[str, Any]:
    limits = f"[height<=?{max_height}]{PROTOCOLS}"

    def check(progress: dict[str, Any]) -> None:
        if progress.get("downloaded_bytes", 0) > web.max_download_bytes:
            raise MediaLimitError(
                f"the video is larger than the {web.max_download_bytes} bytes that are allowed",
                remedy="raise web.max_download_bytes in settings.toml, or leave the film out",
            )

    return {
        "allowed_extractors": ["default"],
        "cachedir": False,
        "continuedl": False,
        "extractor_retries": web.max_attempts,
        "fixup": "never",
        "format": f"best{limits}/bestvideo{limits}",
        "fragment_retries": web.max_attempts,
        "hls_prefer_native": True,
        "js_runtimes": {},
        "logger": _Quiet(),
        "match_filter": lambda info, incomplete=False: "it is live" if info.get("is_live") else None,
        "noplaylist": True,
        "noprogress": True,
        "outtmpl": {"default": str(folder / "film.%(ext)s").replace("%", "%%").replace("%%(ext)s", "%(ext)s")},
        "playlist_items": "1",
        "postprocessors": [],
        "progress_hooks": [check],
        "proxy": "",
        "quiet": True,
        "retries": web.max_attempts,
        "skip_unavailable_fragments": False,
        "socket_timeout": web.idle_seconds,
        "updatetime": False,
        "usenetrc": False,
    }


def _director_of(web: WebSettings, connections: Connections) -> type[Any]:
    """Return yt-dlp's client with no other way to the network than checked connections."""

    class CheckedRH(UrllibRH):  # type: ignore[misc]
        _SUPPORTED_URL_SCHEMES = ("http", "https")
        RH_NAME = "checked"

        def _create_instance(self, proxies: Any, cookiejar: Any, legacy_ssl_support: Any = None) -> Any:
            opener = super()._create_instance(proxies, cookiejar, legacy_ssl_support)
            opener.add_handler(_CheckedHandler(web, connections, self._make_sslcontext(legacy_ssl_support)))
            return opener

    class Client(yt_dlp.YoutubeDL):  # type: ignore[misc]
        def build_request_director(self, handlers: object, preferences: object = None) -> RequestDirector:
            return super().build_request_director([CheckedRH], ())

    return Client


class _CheckedHandler(AbstractHTTPHandler):
    """Comes before the handlers that connect without looking."""

    handler_order = 100

    def __init__(self, web: WebSettings, connections: Connections, context: Any) -> None:
        super().__init__()
        self._plain = partial(_Plain, web, connections)
        self._secure = partial(_Secure, web, connections, context=context)

    def http_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(self._plain, request)

    def https_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(self._secure, request)


class _Plain(http.client.HTTPConnection):
    def __init__(self, web: WebSettings, connections: Connections, host: str, **options: Any) -> None:
        super().__init__(host, **options)
        self._web, self._connections = web, connections

    def connect(self) -> None:
        self.sock = connect(self.host, self.port, self._web)
        self._connections.add(self.sock)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, web: WebSettings, connections: Connections, host: str, **options: Any) -> None:
        super().__init__(host, **options)
        self._web, self._connections, self._tls = web, connections, options["context"]

    def connect(self) -> None:
        plain = connect(self.host, self.port, self._web)
        self._connections.add(plain)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        self._connections.add(self.sock)


@contextmanager
def _cut_after(seconds: float, connections: Connections) -> Iterator[threading.Event]:
    """Cut every connection when the time is over, also those that are made afterwards; the event tells of it."""
    is_late, is_done = threading.Event(), threading.Event()

    def cut() -> None:
        wait = seconds
        while not is_done.wait(wait):
            is_late.set()
            wait = 0.1
            for connection in list(connections):
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    thread = threading.Thread(target=cut, daemon=True)
    thread.start()
    try:
        yield is_late
    finally:
        is_done.set()
        thread.join()


def _as_ours(host: str, error: BaseException) -> PegbarError:
    """Tell a video that is not to be had from a site that may do better another time."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, InputError):
            return cause
        if isinstance(cause, HTTPError) and cause.status not in TRIES_AGAIN:
            return refused(host, f"answers {cause.status}, not with a film")
    if any(isinstance(cause, TransportError | HTTPError | http.client.HTTPException) for cause in causes):
        return unavailable(host, "does not answer as a server should")
    return refused(host, f"gives no film: {shown(str(error).removeprefix('ERROR: '))}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        info = error.exc_info if isinstance(error, DownloadError) else None
        error = (info[1] if info else None) or getattr(error, "cause", None) or error.__cause__ or error.__context__
