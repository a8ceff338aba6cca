"""A web server on loopback that serves pages as told: with ranges or without, redirected, cut, dripping, lying."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

DRIP_SECONDS = 0.02
PIECE_BYTES = 64 * 1024


@dataclass
class Page:
    """What is at one path.

    Args:
        announced: the Content-Length that is said instead of the true one; "none" says nothing and closes at the end,
            "chunked" says it chunk by chunk.
        cuts: how many bytes each of the next answers sends before its connection is cut; then all goes well.
        drips: one byte now and then instead of all at once. is_endless: the content again and again.
    """

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = '"one"'
    takes_ranges: bool = True
    announced: int | str | None = None
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    drips: bool = False
    is_endless: bool = False


@dataclass(frozen=True)
class Asked:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """A running server: its pages by path, and what it was asked."""

    url: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    on_request: Callable[[Asked], None] = lambda asked: None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])


@contextmanager
def web_server(certificate: Path | None = None) -> Iterator[WebServer]:
    """Run the server until the block ends, with TLS where it is given a file with its key and certificate."""
    server = WebServer()
    http = _HTTPServer(server)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
    server.url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _HTTPServer(ThreadingHTTPServer):
    """Carries what its handlers serve; does not wait for those that drip."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, web: WebServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web = web

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hangs up."""


class _Handler(BaseHTTPRequestHandler):
    """Serves one page, or fails as it was told to."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        web = cast(_HTTPServer, self.server).web
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        web.asked.append(asked)
        web.on_request(asked)
        page = web.pages.get(self.path) or web.pages.get(self.path.partition("?")[0])
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):
            if page is None:
                self.send_error(404)
            elif page.statuses:
                self.send_error(page.statuses.pop(0))
            else:
                self.serve(page)

    def serve(self, page: Page) -> None:
        status, content, total = page.status, page.content, len(page.content)
        start = self.range_start(page)
        if start is not None and start >= total:
            self.send_error(416)
            return
        headers = dict(page.headers)
        if start is not None:
            status, content = 206, content[start:]
            headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        if page.etag is not None:
            headers["ETag"] = page.etag
        if page.announced == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            content = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (content[:1000], content[1000:], b""))
        elif page.announced != "none":
            headers["Content-Length"] = str(len(content) if page.announced is None else page.announced)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(page, content)

    def range_start(self, page: Page) -> int | None:
        asked = self.headers.get("Range")
        if asked is None or not page.takes_ranges or page.status != 200:
            return None
        if self.headers.get("If-Range", page.etag) != page.etag or self.headers.get("If-Match", page.etag) != page.etag:
            return None
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def send_body(self, page: Page, content: bytes) -> None:
        if page.cuts:
            content = content[: page.cuts.pop(0)]
        while True:
            size = 1 if page.drips else PIECE_BYTES
            for start in range(0, len(content), size):
                self.wfile.write(content[start : start + size])
                if page.drips:
                    time.sleep(DRIP_SECONDS)
            if not page.is_endless:
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    do_GET = do_POST = do_HEAD = answer  # noqa: N815
