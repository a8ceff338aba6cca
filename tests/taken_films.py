"""Taking films in, as every test of sources does, and a bucket of its own for each."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from servers.s3 import S3Server
from servers.stores import s3_client
from small_films import artifacts_of

from pegbar.versions.tombstones import Tombstones
from pegbar.web import WebSettings
from tasks.curation.sources.candidates import BucketConfig, SourceConfig
from tasks.curation.sources.ingest import ingest
from tasks.curation.sources.source_film import SourceFilm

PART_BYTES = 64 * 1024
FILM_BYTES = 5 * PART_BYTES + 1000
QUICK = SourceConfig(bucket=BucketConfig(part_bytes=PART_BYTES, num_threads=2, max_attempts=2))
LOOPBACK = WebSettings(
    allowed_hosts=("127.0.0.1",), part_bytes=PART_BYTES, max_attempts=2, max_wait_seconds=0.05, idle_seconds=5.0
)
_buckets = itertools.count()


def take(
    home: Path,
    *sources: Path | str,
    licence: str = "unknown",
    config: SourceConfig = QUICK,
    web: WebSettings = LOOPBACK,
    tombstones: Tombstones = Tombstones(()),  # noqa: B008 - never changed
) -> tuple[SourceFilm, ...]:
    """Take the films of sources into the store of a home."""
    with artifacts_of(home) as artifacts:
        return ingest(
            artifacts,
            [str(source) for source in sources],
            licence=licence,
            owner="me",
            config=config,
            web=web,
            tombstones=tombstones,
        )


def film_bytes(seed: int = 0, size: int = FILM_BYTES) -> bytes:
    """Return bytes that start like an mp4; no two seeds give the same."""
    pattern = bytes((number * 7 + seed) % 256 for number in range(256))
    return (b"\0\0\0\x18ftypisom" + bytes([seed]) + pattern * (size // 256 + 1))[:size]


@dataclass(frozen=True)
class FilmBucket:
    """A bucket of one test, with a client of the test's own."""

    name: str
    client: Any
    server: S3Server

    @property
    def url(self) -> str:
        """Its address as a source."""
        return f"s3://{self.name}"

    def put(self, key: str, content: bytes, **options: object) -> None:
        """Put an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=content, **options)


def film_bucket(server: S3Server, monkeypatch: pytest.MonkeyPatch, endpoint_url: str | None = None) -> FilmBucket:
    """Make a bucket, and point the environment at its server, or at a proxy before it."""
    variables = {**server.environment(), "AWS_ENDPOINT_URL": endpoint_url or server.endpoint_url}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    name = f"films-{next(_buckets)}"
    client = _client(server)
    client.create_bucket(Bucket=name)
    return FilmBucket(name, client, server)


@cache
def _client(server: S3Server) -> Any:
    return s3_client(server)


def reasons(films: Sequence[SourceFilm]) -> dict[str, tuple[str, str]]:
    """Return outcome and reason of every film by its source."""
    return {film.source: (film.outcome, film.reason) for film in films}
