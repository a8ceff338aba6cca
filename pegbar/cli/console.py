"""How commands speak: one console, progress bars on a terminal, JSON when asked."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pegbar import progress


def say_json(value: Any) -> None:
    """Print one JSON value and nothing else."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def figure(value: float | None) -> str:
    """Return a score as people read it."""
    return "undefined" if value is None else f"{value:.4f}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@contextmanager
def progress_bars() -> Iterator[None]:
    """Show a bar for every long step that reports how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    if not console.is_terminal:
        with progress.listening(_plain_lines):
            yield
        return
    with Progress(*columns, console=console) as bars:
        shown: dict[str, Any] = {}

        def update(label: str, done: int, total: int) -> None:
            if label not in shown:
                shown[label] = bars.add_task(label, total=total)
            bars.update(shown[label], completed=done, total=total)

        with progress.listening(update):
            yield


def _plain_lines(label: str, done: int, total: int) -> None:
    """Without a terminal: one line as a step starts being done, one as it ends."""
    if done in (0, total):
        sys.stderr.write(f"{label}: {done}/{total}\n")
        sys.stderr.flush()
