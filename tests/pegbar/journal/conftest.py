"""A fresh journal on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pegbar.journal import Journal


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database that holds nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    return str(request.getfixturevalue("postgres_server").new_schema())


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    """Give a journal with nothing in it."""
    opened = Journal.open(url)
    yield opened
    opened.close()
