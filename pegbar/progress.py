"""How far a long step is: steps report, and whoever shows it listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int], None]

_listeners: list[Listener] = []


def report(label: str, done: int, total: int) -> None:
    """Say that `done` of `total` parts of `label` are finished."""
    for listener in _listeners:
        listener(label, done, total)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` told of every report made in this process meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
