"""An HTTP proxy before a real server that fails on demand: a storm of 503, or a cut in mid-body."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["503", "cut"]


class FaultyProxy:
    """Forwards to `target`, but for the next requests of the named method, which it fails.

    `faults` is what happens to them in turn; `num_requests` counts all that came in.
    """

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.faults: list[Fault] = []
        self.method = "GET"
        self.num_requests = 0
        self.endpoint_url = ""

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Plan the fate of the next requests of `method`."""
        self.method, self.faults = method, list(faults)

    def take(self, method: str) -> Fault | None:
        """Return what happens to a request that came in now."""
        self.num_requests += 1
        return self.faults.pop(0) if self.faults and method == self.method else None


@contextmanager
def faulty_proxy(target: str) -> Iterator[FaultyProxy]:
    """Run the proxy until the block ends."""
    proxy = FaultyProxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    proxy.endpoint_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if fault == "503":
                self.send_error(503)
                return
            upstream = http.client.HTTPConnection(str(proxy.target.hostname), proxy.target.port or 80)
            upstream.request(self.command, self.path, body, dict(self.headers))
            self.answer(upstream.getresponse(), fault)
            upstream.close()

        def answer(self, answer: http.client.HTTPResponse, fault: Fault | None) -> None:
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if fault == "cut" else content)

        def log_message(self, *_: object) -> None:
            """Say nothing: failing is its job."""

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815

    return Handler
