"""What every task of a run is told: plain data that travels, opened where it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.journal import Journal
from pegbar.settings import Settings
from pegbar.space import SpaceGuard, StoreSize
from pegbar.store import LocalStoreConfig, Store


class RunContext(Config):
    """One run in one workspace. Holds no connection, so that a task may run anywhere."""

    settings: Settings
    workspace: Path
    run_id: str

    @contextmanager
    def open(self) -> Iterator[Artifacts]:
        """Give the run's artifacts, on the settings' store and journal."""
        journal, store = Journal.open(self.settings.effective_journal_url), self.settings.effective_store.build()
        scratch = self.settings.home / "scratch"
        try:
            yield Artifacts(
                store,
                journal,
                scratch,
                workspace=self.workspace.name,
                owner=self.settings.owner,
                run_id=self.run_id,
                guard=self._guard(store, scratch),
            )
        finally:
            journal.close()

    def _guard(self, store: Store, scratch: Path) -> SpaceGuard:
        config, space = self.settings.effective_store, self.settings.space
        places = (scratch, config.root) if isinstance(config, LocalStoreConfig) else (scratch,)
        return SpaceGuard(space, StoreSize(store, scratch, digest_of(config), space.recount_seconds), places)
