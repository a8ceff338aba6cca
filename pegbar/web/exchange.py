"""One request and its answer, within bounds: no proxy, no cookies, no packed bodies, and an end to everything."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from typing import Literal

import pegbar
from pegbar.errors import PegbarError, ServiceError
from pegbar.web.peers import WebAddress, connect, refused, unavailable, web_address
from pegbar.web.settings import WebSettings

REDIRECTS = (301, 302, 303, 307, 308)
TRAILING_SECONDS = 1.0
Method = Literal["GET", "POST"]


class Response:
    """An answer whose body is still to be read. Header names are looked up in any case."""

    def __init__(
        self, address: WebAddress, answer: http.client.HTTPResponse, connection: socket.socket, deadline: float
    ) -> None:
        self.address = address
        self.status = answer.status
        self.headers = answer.headers
        self.num_bytes = None if answer.chunked else answer.length
        """What the body's length is said to be; None where that is not said."""
        self._answer, self._connection, self._deadline = answer, connection, deadline
        self._left = self.num_bytes

    def read(self, size: int) -> bytes:
        """Return the next bytes of the body, up to `size` of them; nothing at its end.

        Raises:
            InputError: the body is longer than it was said to be. ServiceError: it ends early, or takes too long.
        """
        with failures(self.address.host, self._deadline):
            if self._left == 0:
                self._check_end()
                return b""
            found = self._answer.read1(size) if self._left is None else self._answer.fp.read1(min(size, self._left))
            if not found and time.monotonic() >= self._deadline:
                raise _late(self.address.host)  # where we cut the connection it looks like an end
            if self._left is not None:
                if not found:
                    raise unavailable(self.address.host, f"ended {self._left} bytes before the end it had announced")
                self._left -= len(found)
            return found

    def _check_end(self) -> None:
        self._connection.settimeout(TRAILING_SECONDS)
        with suppress(OSError):  # a server that keeps the connection open has nothing more to say
            if self._answer.fp.read1(1):
                raise refused(self.address.host, f"sends more than the {self.num_bytes} bytes it had announced")


@contextmanager
def opened(
    url: str,
    settings: WebSettings,
    *,
    deadline: float,
    headers: Mapping[str, str] | None = None,
    method: Method = "GET",
    body: bytes | None = None,
) -> Iterator[Response]:
    """Send a request and give its answer, whatever its status; redirects of a GET are followed, each checked anew.

    Args:
        deadline: on `time.monotonic`; then the connection is cut, whatever it is doing.

    Raises:
        InputError: an address that may not be asked, or too many redirects.
        ServiceError: no such host, no connection, no certificate that holds, no answer, or not in time.
    """
    address = web_address(url)
    for _ in range(settings.max_redirects + 1):
        with _sent(address, settings, deadline, method, dict(headers or {}), body) as response:
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or location is None:
                yield response
                return
            if method != "GET":
                raise refused(address.host, "redirects a message, which is not followed")
            address = address.redirected(location)
    raise refused(address.host, f"is the end of more than {settings.max_redirects} redirects")


@contextmanager
def failures(host: str, deadline: float) -> Iterator[None]:
    """Turn whatever the network raises into an error of the tree that names the host."""
    try:
        yield
    except PegbarError:
        raise
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= deadline:
            raise _late(host) from error
        raise unavailable(host, f"does not answer as a server should: {_words(error)}") from error


@contextmanager
def _sent(
    address: WebAddress,
    settings: WebSettings,
    deadline: float,
    method: Method,
    headers: dict[str, str],
    body: bytes | None,
) -> Iterator[Response]:
    with ExitStack() as stack:
        with failures(address.host, deadline):
            connection = stack.enter_context(connect(address.host, address.port, settings))
            stack.enter_context(_cut_at(deadline, connection))
            if address.scheme == "https":
                connection = stack.enter_context(trusted().wrap_socket(connection, server_hostname=address.host))
            client = stack.enter_context(closing(http.client.HTTPConnection(address.host, address.port)))
            client.sock = connection
            client.request(method, address.target, body, {**headers, **_headers(address)})
            answer = stack.enter_context(client.getresponse())
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise refused(address.host, "sends its answer packed, which was not asked for")
        yield Response(address, answer, connection, deadline)


def _headers(address: WebAddress) -> dict[str, str]:
    return {
        "Host": address.authority,
        "User-Agent": f"pegbar/{pegbar.__version__}",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


@contextmanager
def _cut_at(deadline: float, connection: socket.socket) -> Iterator[None]:
    """Cut the connection at the deadline: a server that sends a byte now and then never runs into a timeout."""
    twin = connection.dup()

    def cut() -> None:
        with suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        twin.close()


@cache
def trusted() -> ssl.SSLContext:
    """Return whom to trust; reading it takes a while, so all requests of a process share it."""
    return ssl.create_default_context()


def _late(host: str) -> ServiceError:
    return unavailable(host, "did not come to an end in the time that is allowed")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
