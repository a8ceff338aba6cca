"""One SQL database behind the journal: SQLite in WAL mode, or PostgreSQL."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, Table, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from pegbar.digests import digest_of
from pegbar.errors import ConfigurationError, IntegrityError
from pegbar.files import disk_errors
from pegbar.journal.failures import database_errors
from pegbar.journal.schema import SCHEMA_VERSION, bring_up_to_date, found_version

BUSY_TIMEOUT_SECONDS = 30.0
_ADVISORY_LOCK = 7_364_227  # any constant: it keeps two processes from creating the tables at once
_DIALECTS = ("sqlite", "postgresql+psycopg2")


class Database:
    """Read and write transactions whose failures are errors of the tree.

    Connections are not pooled: one costs little beside a step, survives no fork and no restart of
    the server, and leaves no file open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.url.render_as_string(hide_password=True)

    @classmethod
    def open(cls, url: str) -> "Database":
        """Connect, and create or upgrade the tables where needed; any number of processes may do so at once."""
        database = cls(_engine(_checked_url(url)))
        with database.read() as connection:
            current = found_version(connection) == SCHEMA_VERSION
        if not current:
            database._prepare()
        return database

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection with a consistent view; what is written through it is discarded."""
        with database_errors(self.name), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction that commits on a clean exit; on SQLite it holds the write lock from its start."""
        with database_errors(self.name), self._engine.connect() as connection:
            connection = connection.execution_options(pegbar_write=True)
            with connection.begin():
                yield connection

    def now(self, connection: Connection) -> float:
        """Return Unix seconds by the one clock that every user of this database shares."""
        if self._is_sqlite:
            return time.time()
        return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())

    def insert_if_absent(self, connection: Connection, table: Table, values: dict[str, Any]) -> None:
        """Insert a row unless its primary key is there already."""
        dialect = sqlite if self._is_sqlite else postgresql
        connection.execute(dialect.insert(table).values(values).on_conflict_do_nothing())

    def lock(self, connection: Connection, name: str) -> None:
        """Let one transaction at a time go on with `name`; on SQLite any write excludes every other."""
        if not self._is_sqlite:
            number = int(digest_of(name)[:15], 16)
            connection.execute(select(func.pg_advisory_xact_lock(number)))

    def verify(self) -> None:
        """Read every page of a SQLite journal (PostgreSQL checks its own).

        Raises:
            IntegrityError: a page is damaged.
        """
        if not self._is_sqlite:
            return
        with self.read() as connection:
            found = connection.execute(text("pragma quick_check")).scalar_one()
        if found != "ok":
            raise IntegrityError(
                f"the journal {self.name} is damaged: {found}",
                remedy="restore it from a backup, or move it away and start a new one: pegbar doctor",
                subject=self.name,
            )

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _prepare(self) -> None:
        if not self._is_sqlite:
            with self.write() as connection:
                connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                bring_up_to_date(connection)
            return
        # without the lock, one in 500 openings fails: the change to WAL does not wait for others
        with _locked(Path(f"{self._engine.url.database}.lock")):
            with database_errors(self.name), closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("pragma journal_mode = wal")  # not allowed within a transaction
            with self.write() as connection:
                bring_up_to_date(connection)


def _checked_url(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "the journal's URL cannot be read",  # it may hold a password
            remedy="set journal_url to sqlite:////absolute/path.db or postgresql+psycopg2://user@host/name",
        ) from error
    if found.drivername not in _DIALECTS or (found.drivername == "sqlite" and found.database in (None, "", ":memory:")):
        raise ConfigurationError(
            f"the journal cannot lie in {found.render_as_string(hide_password=True)}",
            remedy="set journal_url to sqlite:////absolute/path.db or postgresql+psycopg2://user@host/name",
        )
    return found


def _engine(url: URL) -> Engine:
    if url.drivername != "sqlite":
        return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    folder = Path(url.database or "").absolute().parent
    try:
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigurationError(
            f"the journal's folder {folder} is not a folder",
            remedy="name another home: PEGBAR_HOME=/some/folder pegbar ...",
            subject=str(folder),
        ) from error
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to protect a read before a write
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = full")


def _begin(connection: Connection) -> None:
    wants_write = connection.get_execution_options().get("pegbar_write", False)
    connection.exec_driver_sql("begin immediate" if wants_write else "begin")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with disk_errors(path), path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
