"""What commands on models stand on: running services, the registry, and a run's context."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pegbar.settings import Settings
    from tasks.context import RunContext
    from tasks.registry.facade import Registry


@contextmanager
def opened_registry() -> Iterator[tuple["Registry", "Settings"]]:
    """Start what is not running, and give the registry of this home."""
    from pegbar.journal import Journal
    from pegbar.services import ensure_services
    from pegbar.settings import load_settings

    settings = load_settings()
    ensure_services(settings).apply()
    from tasks.registry.facade import Registry  # only now: MLflow reads its settings when imported

    journal = Journal.open(settings.effective_journal_url)
    try:
        yield Registry.open(journal), settings
    finally:
        journal.close()


def run_context(workspace: Path) -> "RunContext":
    """Start what is not running, and give the context of a new run in a workspace.

    Raises:
        NotFoundError: `workspace` is none.
    """
    from pegbar.services import ensure_services
    from pegbar.settings import load_settings
    from pegbar.workspace import Workspace

    settings = load_settings()
    root = Workspace.open(workspace).root
    ensure_services(settings).apply()
    from tasks.context import RunContext

    return RunContext(settings=settings, workspace=root, run_id=uuid.uuid4().hex[:12])
