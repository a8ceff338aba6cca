"""An HTTP proxy before a real server that fails on demand, as object stores and the networks before them fail."""

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["503", "SlowDown", "ExpiredToken", "AccessDenied", "cut", "cut off", "altered", "altered sent", "pass"]
"""What happens to one request.

503, SlowDown, ExpiredToken, AccessDenied: refused, the last three as S3 does it. cut: the answer ends in its middle.
cut off: the connection ends in the middle of what is sent. altered, altered sent: one byte of the answer, or of what is
sent, is another one. pass: nothing.
"""
_STATUS = {"SlowDown": 503, "ExpiredToken": 400, "AccessDenied": 403}


class FaultyProxy:
    """Forwards to `target`, but for the next requests of the named method, which it fails.

    `faults` is what happens to them in turn; `always` to every request whatever its method, once `calm_for` more have
    come in; `requests` counts all that came in, by method.
    """

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.faults: list[Fault] = []
        self.always: Fault | None = None
        self.calm_for = 0
        self.method = "GET"
        self.requests: Counter[str] = Counter()
        self.endpoint_url = ""

    @property
    def num_requests(self) -> int:
        """How many requests came in."""
        return self.requests.total()

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Plan the fate of the next requests of `method`."""
        self.method, self.faults = method, list(faults)

    def take(self, method: str) -> Fault | None:
        """Return what happens to a request that came in now."""
        self.requests[method] += 1
        if self.always is not None:
            self.calm_for -= 1
            return self.always if self.calm_for < 0 else None
        return self.faults.pop(0) if self.faults and method == self.method else None


@contextmanager
def faulty_proxy(target: str) -> Iterator[FaultyProxy]:
    """Run the proxy until the block ends."""
    proxy = FaultyProxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    proxy.endpoint_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(proxy: FaultyProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def forward(self) -> None:
            fault = proxy.take(self.command)
            size = int(self.headers.get("Content-Length") or 0)
            if self.headers.get("Expect") == "100-continue":
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")  # else the client waits a second for it
            if fault == "cut off":
                self.rfile.read(size // 2)
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = self.rfile.read(size)
            if fault == "503":
                self.send_error(503)
                return
            if fault in _STATUS:
                self.refuse(fault, _STATUS[fault])
                return
            upstream = http.client.HTTPConnection(str(proxy.target.hostname), proxy.target.port or 80)
            sent = _altered(body) if fault == "altered sent" else body
            headers = {name: value for name, value in self.headers.items() if name != "Expect"}
            upstream.request(self.command, self.path, sent, headers)
            self.answer(upstream.getresponse(), fault)
            upstream.close()

        def refuse(self, code: str, status: int) -> None:
            content = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def answer(self, answer: http.client.HTTPResponse, fault: Fault | None) -> None:
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            if fault == "cut":
                content = content[: len(content) // 2]
            self.wfile.write(_altered(content) if fault == "altered" else content)

        def log_message(self, *_: object) -> None:
            """Say nothing: failing is its job."""

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815

    return Handler


def _altered(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :] if content else content
