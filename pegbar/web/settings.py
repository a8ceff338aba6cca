"""What requests to the web may reach, and how long and large they may be."""

import ipaddress
import re

from pydantic import Field, field_validator

from pegbar.config import Config

_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9])?")


class WebSettings(Config):
    """Bounds of every request that pegbar sends to an address somebody else chose.

    Args:
        allowed_hosts: names, addresses and networks (``10.2.0.0/16``) that may be reached although they are not public.
        connect_seconds: until a server takes the connection. idle_seconds: between two arrivals of bytes.
        post_seconds: of one message, from the connection to the end of the answer.
        max_redirects: followed before a download is refused; each is checked like the first address.
        max_attempts: of one download, each going on where the one before was cut.
        max_wait_seconds: between two attempts, whatever the server asks for.
        max_download_seconds, max_download_bytes: of one film, its attempts and waits together.
        max_failed_films: after so many downloads in a row that failed, a host is not asked for the others of a list.
        part_bytes: what a killed or cut download may have to fetch again.
    """

    allowed_hosts: tuple[str, ...] = ()
    connect_seconds: float = Field(default=10.0, gt=0)
    idle_seconds: float = Field(default=60.0, gt=0)
    post_seconds: float = Field(default=30.0, gt=0)
    max_redirects: int = Field(default=3, ge=0)
    max_attempts: int = Field(default=5, ge=1)
    max_wait_seconds: float = Field(default=30.0, ge=0)
    max_download_seconds: float = Field(default=4 * 3600.0, gt=0)
    max_download_bytes: int = Field(default=64 * 2**30, gt=0)
    max_failed_films: int = Field(default=3, ge=1)
    part_bytes: int = Field(default=8 * 2**20, gt=0)

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a URL, a port or a pattern where a host is meant."""
        lowered = tuple(host.lower() for host in hosts)
        for host in lowered:
            if network_of(host) is None and not _HOST.fullmatch(host):
                raise ValueError(f"{host!r} is no host name, address or network")
        return lowered


def network_of(host: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the network that `host` is an address or a network of; None for a name."""
    try:
        return ipaddress.ip_network(host)
    except ValueError:
        return None
