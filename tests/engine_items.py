"""Work for the engine's tests: worker processes import it by this name."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from pegbar.errors import DiskFullError, EmptyFileError, ServiceError

PICKLED: list[str] = []  # in the order in which `Weighed` left this process


@dataclass(frozen=True)
class Weighed:
    """An item that notes when it is pickled."""

    name: str
    cost: float

    def __reduce__(self) -> tuple[type["Weighed"], tuple[str, float]]:
        PICKLED.append(self.name)
        return Weighed, (self.name, self.cost)


def name_of(item: Weighed) -> str:
    return item.name


def work(item: str) -> object:
    if item == "empty":
        raise EmptyFileError("film empty is empty", remedy="pegbar films probe empty", subject="empty")
    if item == "bug":
        raise ZeroDivisionError("a bug")
    if item == "away":
        raise ServiceError("no answer", remedy="pegbar up")
    if item == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "leaves":
        os._exit(0)
    if item == "full":
        raise DiskFullError("no space left", remedy="free some")
    if item == "stays":
        return lambda: "what cannot travel"
    if item == "slow":
        time.sleep(0.3)
    if item == "hangs":
        time.sleep(600)
    return item.upper()


def noted_work(item: tuple[str, Path]) -> object:
    """Append the item's name to a file, then do it."""
    name, notes = item
    with notes.open("a") as lines:
        lines.write(f"{name}\n")
    return work(name)


def process_id(_: object) -> int:
    time.sleep(0.1)
    return os.getpid()


def note_process_and_hang(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    time.sleep(600)


def die_once(marker: Path) -> str:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second try"


def end_at_once(*_: object) -> None:
    os._exit(3)
