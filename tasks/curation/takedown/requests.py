"""Stories that people asked for out of a film: where the journal and Prefect keep the request, its picture is kept too.

A request holds the reference's bytes and the captions. The rows are deleted, and the databases of the home are written
anew, since a deleted row stays readable in the file until its place is needed. A database elsewhere does so by itself.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from pegbar.errors import StorageError
from pegbar.journal import Journal
from pegbar.services.prefect_server import PrefectServer
from pegbar.settings import Settings
from pegbar.versions.tombstones import Tombstone

GENERATE = "generate"
PAGE, BUSY_SECONDS = 200, 60.0


def forget_requests(journal: Journal, tombstones: Collection[Tombstone]) -> list[str]:
    """Delete the runs whose request tells a film's story, from the journal and from Prefect; return what they were.

    Raises:
        StorageError: the journal failed. Whatever Prefect's client raises when its server is away.
    """
    runs = [run.run_id for run in journal.runs(limit=1_000_000) if _tells_of(run.recipe.get("request"), tombstones)]
    for run_id in runs:
        journal.forget_run(run_id)
    return [*runs, *_forget_flow_runs(tombstones)]


def databases_of(settings: Settings) -> list[Path]:
    """Return the SQLite files of a home that keep requests: the journal's and Prefect's."""
    url = make_url(settings.effective_journal_url)
    journal = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    prefect = PrefectServer(home=settings.home).folder / "prefect.db"
    return [path for path in (journal, prefect) if path is not None and path.is_file()]


def compact(database: Path) -> None:
    """Write an SQLite database anew, so that its file holds what its tables hold and nothing else.

    Raises:
        StorageError: it stayed in use.
    """
    try:
        with closing(sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StorageError(
            f"{database} cannot be written anew: {error}", remedy="pegbar resume", subject=str(database)
        ) from error


def _forget_flow_runs(tombstones: Collection[Tombstone]) -> Iterator[str]:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        for flow_run in _flow_runs(client):
            if _tells_of(flow_run.parameters.get("request"), tombstones):
                client.delete_flow_run(flow_run.id)
                yield str(flow_run.id)


def _flow_runs(client: Any) -> list[Any]:
    from prefect.client.schemas.filters import FlowFilter

    wanted = FlowFilter.model_validate({"name": {"any_": [GENERATE]}})
    found: list[Any] = []
    while page := client.read_flow_runs(flow_filter=wanted, limit=PAGE, offset=len(found)):
        found += page
    return found


def _tells_of(request: Any, tombstones: Collection[Tombstone]) -> bool:
    story = request.get("story") if isinstance(request, dict) else None
    origin = story.get("origin") if isinstance(story, dict) else None
    return isinstance(origin, str) and any(stone.concerns(origin) for stone in tombstones)
