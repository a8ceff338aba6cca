"""What every task of a run is told: plain data that travels, opened where it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.journal import Journal
from pegbar.settings import Settings


class RunContext(Config):
    """One run in one workspace. Holds no connection, so that a task may run anywhere."""

    settings: Settings
    workspace: Path
    run_id: str

    @contextmanager
    def open(self) -> Iterator[Artifacts]:
        """Give the run's artifacts, on the settings' store and journal."""
        journal = Journal.open(self.settings.effective_journal_url)
        try:
            yield Artifacts(
                self.settings.effective_store.build(),
                journal,
                self.settings.home / "scratch",
                workspace=self.workspace.name,
                owner=self.settings.owner,
                run_id=self.run_id,
            )
        finally:
            journal.close()
