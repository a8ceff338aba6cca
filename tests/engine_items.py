"""Work for the engine's tests: worker processes import it by this name."""

import os
import signal
from pathlib import Path

from pegbar.errors import DiskFullError, EmptyFileError


def work(item: str) -> str:
    if item == "empty":
        raise EmptyFileError("film empty is empty", remedy="pegbar films probe empty", subject="empty")
    if item == "bug":
        raise ZeroDivisionError("a bug")
    if item == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "full":
        raise DiskFullError("no space left", remedy="free some")
    return item.upper()


def die_once(marker: str) -> str:
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second try"
