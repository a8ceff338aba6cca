"""What a run's language clients need: settings, kept replies under the home, and the run's meter in the journal."""

from pathlib import Path

from models.clients.base import Calls
from pegbar.artifacts import Artifacts
from pegbar.journal.calls import JournalMeter
from pegbar.settings import Settings


def replies_folder(settings: Settings) -> Path:
    """Return the folder of kept replies: all runs of a home share it."""
    return settings.home / "replies"


def calls_of(artifacts: Artifacts, settings: Settings, asked_for: str = "") -> Calls:
    """Return what `config.build` of a client wants, for the run the artifacts belong to and the film it asks about."""
    meter = JournalMeter(artifacts.journal, artifacts.run_id, settings.calls.budget)
    return Calls(settings=settings.calls, folder=replies_folder(settings), meter=meter, asked_for=asked_for)
