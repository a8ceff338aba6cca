"""Opening the journal to collect garbage, on a disk that is so full that not even a journal can be read."""

import time
from pathlib import Path

from pegbar.errors import DiskFullError
from pegbar.journal import Journal
from tasks.storage.scratch import CHECKPOINTS, remove_entry, scratch_entries


def open_to_collect(url: str, scratch: Path, busy_seconds: float) -> Journal:
    """Open the journal; where there is no room for that, first remove what lies in scratch unused.

    Nothing else can be judged without the journal, and what a run would go on from stays.

    Raises:
        DiskFullError: nothing in scratch was unused. StorageError: see `Journal.open`.
    """
    try:
        return Journal.open(url)
    except DiskFullError:
        for entry in scratch_entries(scratch, ()):
            if entry.kind != CHECKPOINTS and time.time() - entry.changed_at >= busy_seconds:
                remove_entry(entry)
        return Journal.open(url)
