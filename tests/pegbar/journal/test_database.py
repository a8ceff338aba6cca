"""Opening a journal: at once from many processes, in bad places, and from other releases."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from servers.journal_workers import open_and_begin, race
from servers.limits import file_size_limit
from servers.processes import free_port
from servers.sql import tamper
from sqlalchemy import Connection, text

from pegbar.errors import ConfigurationError, DiskFullError, IntegrityError, ReadOnlyError, StorageError
from pegbar.journal import Journal
from pegbar.journal.database import Database
from pegbar.journal.schema import SCHEMA_VERSION, bring_up_to_date, found_version


def begun(journal: Journal, run_id: str, note: str = "") -> None:
    journal.begin_run(run_id, "curate", {"note": note}, "films", "studio")


def test_four_processes_open_a_fresh_database_at_once(url: str) -> None:
    assert race(open_and_begin, 4, url) == ["opened"] * 4
    assert len(Journal.open(url).runs()) == 4


def test_a_fresh_sqlite_journal_is_made_by_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with ThreadPoolExecutor(1) as pool, Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        opening = pool.submit(Journal.open, f"sqlite:///{path}")
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.3)
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert opening.result(timeout=30).runs() == []


def test_what_was_written_is_there_for_the_next_opener(url: str) -> None:
    first = Journal.open(url)
    begun(first, "r1")
    first.close()
    assert [run.run_id for run in Journal.open(url).runs()] == ["r1"]


def test_a_fork_may_go_on_with_the_same_journal(journal: Journal) -> None:
    begun(journal, "parent")
    child = os.fork()
    if child == 0:
        begun(journal, "child")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert {run.run_id for run in journal.runs()} == {"parent", "child"}
    journal.verify()


def test_a_newer_journal_is_left_alone(url: str) -> None:
    Journal.open(url)
    tamper(url, "update pegbar_meta set version = 99")
    with pytest.raises(StorageError, match="99") as caught:
        Journal.open(url)
    assert "release that wrote it" in caught.value.remedy


def test_the_version_before_is_upgraded_and_keeps_its_rows(url: str) -> None:
    begun(Journal.open(url), "r1")

    def add_a_column(connection: Connection) -> None:
        connection.execute(text("alter table pegbar_runs add column region varchar default 'here'"))

    database = Database.open(url)
    with database.write() as connection:
        bring_up_to_date(connection, SCHEMA_VERSION + 1, {SCHEMA_VERSION: add_a_column})
    with database.read() as connection:
        assert found_version(connection) == SCHEMA_VERSION + 1
        assert connection.execute(text("select run_id, region from pegbar_runs")).one() == ("r1", "here")


def test_an_upgrade_that_fails_changes_nothing(url: str) -> None:
    database = Database.open(url)

    def half(connection: Connection) -> None:
        connection.execute(text("alter table pegbar_runs add column region varchar"))
        connection.execute(text("select no_such_column from pegbar_runs"))

    with pytest.raises(StorageError), database.write() as connection:
        bring_up_to_date(connection, SCHEMA_VERSION + 1, {SCHEMA_VERSION: half})
    begun(Journal.open(url), "still usable")


@pytest.mark.parametrize(
    "bad",
    [
        "no url",
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://host/name",
        "postgresql://user:hidden@host/name",  # SQLAlchemy 2.1 would look for psycopg 3
        "postgresql+asyncpg://user:hidden@host/name",
    ],
)
def test_urls_that_cannot_work_are_refused_without_their_password(bad: str) -> None:
    with pytest.raises(ConfigurationError, match="journal") as caught:
        Journal.open(bad)
    assert "postgresql+psycopg2://" in caught.value.remedy
    assert "hidden" not in str(caught.value)


def test_an_absent_server_is_named_without_its_password() -> None:
    url = f"postgresql+psycopg2://pegbar:hidden@127.0.0.1:{free_port()}/pegbar"
    with pytest.raises(StorageError, match=r"127\.0\.0\.1") as caught:
        Journal.open(url)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 50, b"SQLite format 3\0"])
def test_a_file_that_is_no_journal_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=r"journal\.db") as caught:
        Journal.open(f"sqlite:///{path}")
    assert "backup" in caught.value.remedy
    assert path.read_bytes() == content


def test_a_page_overwritten_on_disk_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(f"sqlite:///{path}")
    for number in range(50):
        begun(journal, f"r{number}", note="x" * 500)
    journal.verify()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = os.urandom(8192)
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="damaged"):
        journal.verify()


def test_a_read_only_place_is_said_to_be() -> None:
    with pytest.raises(ReadOnlyError, match="/sys/kernel"):
        Journal.open("sqlite:////sys/kernel/pegbar/journal.db")  # refuses even root


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="not a folder"):
        Journal.open(f"sqlite:///{tmp_path / 'home' / 'journal.db'}")


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(f"sqlite:///{path}")
    begun(journal, "before")
    with file_size_limit(path.stat().st_size + 100_000), pytest.raises(DiskFullError, match=r"journal\.db"):
        begun(journal, "too much", note="x" * 1_000_000)
    journal.verify()
    begun(journal, "after")
    assert {run.run_id for run in journal.runs()} == {"before", "after"}


def test_sqlite_waits_for_others_checks_keys_and_survives_power_loss(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'journal.db'}")
    with database.read() as connection:
        found = [
            connection.execute(text(f"pragma {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        ]
    assert found == ["wal", 1, 30_000, 2]
