"""Session fixtures for real servers; each starts with the first test that asks for it."""

from collections.abc import Iterator

import pytest
from servers.faulty_proxy import FaultyProxy, faulty_proxy
from servers.moto_server import moto
from servers.postgres import PostgresServer, postgres
from servers.s3 import S3Server
from servers.stores import S3Place, s3_place
from servers.swift import swift


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Give a moto server."""
    with moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture
def place(moto_server: S3Server) -> S3Place:
    """Give a bucket of its own on moto."""
    return s3_place(moto_server, "moto")


@pytest.fixture
def proxy(place: S3Place) -> Iterator[FaultyProxy]:
    """Give a proxy before that bucket's server, which can be told to fail."""
    with faulty_proxy(str(place.config.endpoint_url)) as running:
        yield running


@pytest.fixture(scope="session")
def swift_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Give an OpenStack Swift with its S3 API."""
    with swift(tmp_path_factory.mktemp("swift")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give a PostgreSQL server."""
    with postgres() as server:
        yield server
