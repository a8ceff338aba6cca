"""A real PostgreSQL on loopback, its data in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
from servers.processes import answers, free_port, running

_OPTIONS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "max_connections": "100"}


class PostgresServer:
    """A running server that gives each test tables of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._made = 0

    def new_schema(self) -> str:
        """Create an empty schema and return the SQLAlchemy URL that lands in it (a database costs 300 files)."""
        self._made += 1
        name = f"test_{self._made}"
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user="pegbar", dbname="postgres")
        connection.autocommit = True
        connection.cursor().execute(f"create schema {name}")
        connection.close()
        return f"postgresql+psycopg2://pegbar@127.0.0.1:{self.port}/postgres?options=-csearch_path%3D{name}"


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Run PostgreSQL until the block ends; skip, with the reason, where its programs are missing."""
    programs = _programs()
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="pegbar-postgres-"))
    try:
        if user:
            shutil.chown(folder, user)
        data = str(folder / "data")
        make = [str(programs / "initdb"), "-D", data, "-U", "pegbar", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(make, check=True, capture_output=True, user=user, cwd=folder)
        port = free_port()
        options = [part for name, value in _OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", data, "-p", str(port), *options]
        with running(command, lambda: _accepts(port), folder / "log", user=user, stop_signal=signal.SIGINT):
            yield PostgresServer(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    places = [Path(found).parent] if (found := shutil.which("postgres")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    pytest.skip("PostgreSQL's server programs (initdb, postgres) are not installed")


def _unprivileged_user() -> str | None:
    """Name somebody who may run PostgreSQL, which refuses root; None: the present user may."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _accepts(port: int) -> bool:
    if not answers(port):
        return False
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="pegbar", dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True
