"""Which addresses of the web may be reached: the URL is checked, and then whoever really answers for it.

The name is resolved once, the very address that was checked is connected to, and the connected peer is looked at again
before a byte is sent: a name that changes its mind in between (DNS rebinding) gains nothing.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import quote, urljoin, urlsplit

from pegbar.errors import InputError, ServiceError
from pegbar.web.settings import WebSettings, network_of

Scheme = Literal["http", "https"]
PORTS: dict[Scheme, int] = {"http": 80, "https": 443}
MAX_URL_CHARACTERS = 4096
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?|[0-9a-f:.]*:[0-9a-f:.]*")
_ESCAPED = "%/:=&?~+!$,;'@()*[]"

# Not among the private ranges of every Python, or public addresses that mean this machine's own host.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("100.64.0.0/10", "192.0.0.0/24", "2002::/16", "2001::/32", "64:ff9b:1::/48", "fec0::/10", "::/96")
)
_METADATA = tuple(
    ipaddress.ip_network(network)
    for network in ("169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::/32")
)
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: the last four bytes are the IPv4 address that is meant
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class WebAddress:
    """A URL in its parts; `target` is its path and query as a server is asked for it."""

    url: str
    scheme: Scheme
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the header ``Host`` names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def redirected(self, location: str) -> "WebAddress":
        """Return where a redirect leads.

        Raises:
            InputError: nowhere that may be asked, or from https to http.
        """
        there = web_address(urljoin(self.url, location))
        if self.scheme == "https" and there.scheme == "http":
            raise refused(self.host, "redirects from https to http")
        return there


def web_address(url: str) -> WebAddress:
    """Take a URL apart. Errors show no path: in some URLs it is the password.

    Raises:
        InputError: another scheme than http and https, no host, a user or password, or characters no URL has.
    """
    if len(url) > MAX_URL_CHARACTERS or not url.isprintable():
        raise refused("the URL", "is too long or holds control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:  # of which UnicodeError is one
        raise refused("the URL", "has no host name and port that can be read") from error
    if parts.scheme not in get_args(Scheme):
        raise refused("the URL", "is neither http nor https")
    if parts.username is not None or parts.password is not None:
        raise refused(host, "is named with a user or password in the URL, which tables and logs would show")
    if not _HOST.fullmatch(host) or port == 0:
        raise refused("the URL", "names no host")
    scheme = cast(Scheme, parts.scheme)
    target = quote(parts.path or "/", safe=_ESCAPED) + (f"?{quote(parts.query, safe=_ESCAPED)}" if parts.query else "")
    return WebAddress(url, scheme, host, port or PORTS[scheme], target)


def connect(host: str, port: int, settings: WebSettings) -> socket.socket:
    """Return a connection to a host whose address may be reached; nothing was sent yet.

    Raises:
        InputError: every address of the host is private, or otherwise not public, and not allowed.
        OSError: no such name, or nobody takes the connection.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [entry for entry in found if may_reach(host, str(entry[4][0]), settings)]
    if not allowed:
        raise _private(host, str(found[0][4][0]))
    problem: OSError | None = None
    for family, kind, protocol, _, address in allowed:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(settings.connect_seconds)
            connection.connect(address)
            check_peer(connection, host, settings)
        except OSError as error:
            connection.close()
            problem = error
        else:
            connection.settimeout(settings.idle_seconds)
            return connection
    raise problem or OSError("no address")


def check_peer(connection: socket.socket, host: str, settings: WebSettings) -> None:
    """Look at who took the connection.

    Raises:
        InputError: an address that may not be reached; the connection is closed.
    """
    peer = str(connection.getpeername()[0])
    if not may_reach(host, peer, settings):
        connection.close()
        raise _private(host, peer)


def may_reach(host: str, address: str, settings: WebSettings) -> bool:
    """Tell whether `address` is a public one, or allowed by itself or by the name `host`.

    A name that is allowed may be at any private address, but for those at which machines tell their own secrets.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return False
    networks = (network_of(allowed) for allowed in settings.allowed_hosts)
    if any(network is not None and ip in network for network in networks):
        return True
    if any(ip in network for network in _METADATA):
        return False
    return is_public(ip) or host in settings.allowed_hosts


def is_public(ip: IpAddress) -> bool:
    """Tell whether an address belongs to one host of the public Internet."""
    if ip in _TRANSLATED:
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    return ip.is_global and not special and not any(ip in network for network in (*_NOT_PUBLIC, *_METADATA))


def refused(subject: str, why: str) -> InputError:
    """Return the error for an address, or an answer, that will not be better tomorrow."""
    return InputError(f"{subject} {why}", remedy="correct the URL, then run the command again", subject=subject)


def unavailable(host: str, why: str) -> ServiceError:
    """Return the error for a server that may do better another time."""
    return ServiceError(f"{host} {why}", remedy="when it is back, run the command again", subject=host)


def _private(host: str, address: str) -> InputError:
    return InputError(
        f"{host} is at {address}, which is not a public address",
        remedy=f"if that is meant, add {host} to web.allowed_hosts in settings.toml",
        subject=host,
    )
