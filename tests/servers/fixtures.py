"""Session fixtures for real servers; each starts with the first test that asks for it."""

from collections.abc import Iterator

import pytest
from servers.moto_server import moto
from servers.postgres import PostgresServer, postgres
from servers.s3 import S3Server
from servers.swift import swift


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Give a moto server."""
    with moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


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
