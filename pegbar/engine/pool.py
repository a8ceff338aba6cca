"""The embedded engine's crew: processes of this machine, each with a pipe of its own: a death names its item."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from typing import Literal

from pydantic import Field

from pegbar.config import Config
from pegbar.engine.base import WorkerDeath
from pegbar.engine.boundary import ONE_THREAD, answer
from pegbar.engine.engine import Engine
from pegbar.errors import ServiceError
from pegbar.orphans import die_with_parent

SPAWN = multiprocessing.get_context("spawn")
READY = b""
END_SECONDS = 5.0


class PoolConfig(Config):
    """Worker processes on this machine.

    Args:
        num_workers: processes at once, one core each.
        max_item_seconds: of wall clock for one item; one that takes longer has cost its worker, and itself a try.
    """

    kind: Literal["pool"] = "pool"
    num_workers: int = Field(default=2, ge=1)
    max_item_seconds: float | None = Field(default=None, gt=0)

    def build(self) -> Engine:
        """Return an engine over these workers; each starts when it is first needed."""
        return Engine(PoolCrew(self))


class PoolCrew:
    """Spawned processes that die with this one."""

    def __init__(self, config: PoolConfig) -> None:
        self._config = config
        self._workers: list[_Worker] = []

    @property
    def width(self) -> int:
        """One item per worker: the next is ready long before a pipe is empty."""
        return self._config.num_workers

    def open(self) -> None:
        """Start nothing yet."""

    def give(self, ticket: int, item_id: str, work: bytes) -> None:
        """Hand an item to an idle worker, or to a new one."""
        for worker in [worker for worker in self._workers if worker.ticket is None]:
            if worker.is_given(ticket, item_id, work):
                return
            self._bury(worker)  # killed while it had nothing to do
        worker = _Worker(self._config.max_item_seconds)
        self._workers.append(worker)
        if not worker.is_given(ticket, item_id, work):
            raise self._does_not_start(worker)

    def take(self) -> list[tuple[int, bytes | WorkerDeath]]:
        """Wait until at least one item is answered.

        Raises:
            ServiceError: a worker died before it could take its first item.
        """
        answered: list[tuple[int, bytes | WorkerDeath]] = []
        while not answered:
            answered = list(self._heard())
        return answered

    def _heard(self) -> Iterator[tuple[int, bytes | WorkerDeath]]:
        busy = {worker.connection: worker for worker in self._workers if worker.ticket is not None}
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index]
            try:
                message = worker.connection.recv_bytes()
            except (EOFError, OSError):
                if not worker.is_ready:
                    raise self._does_not_start(worker) from None
                yield worker.ticket or 0, WorkerDeath(self._bury(worker))
                continue
            if message == READY:
                worker.is_ready = True
                continue
            ticket, worker.ticket = worker.ticket or 0, None
            yield ticket, message

    def drop(self) -> None:
        """Kill every worker that has an item."""
        for worker in [worker for worker in self._workers if worker.ticket is not None]:
            self._bury(worker)

    def close(self) -> None:
        """Let idle workers end by themselves; none outlives this."""
        self.drop()
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.process.join(END_SECONDS)
            worker.process.kill()
            worker.process.join()
        self._workers.clear()

    def _bury(self, worker: "_Worker") -> str:
        self._workers.remove(worker)
        return worker.end()

    def _does_not_start(self, worker: "_Worker") -> ServiceError:
        return ServiceError(f"a worker process does not start: {self._bury(worker)}", remedy="pegbar doctor")


class _Worker:
    """One process, our end of its pipe, and the ticket it works on."""

    def __init__(self, max_seconds: float | None) -> None:
        self.connection, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_serve, args=(theirs, os.getpid(), max_seconds))
        self.process.start()
        theirs.close()
        self.ticket: int | None = None
        self.is_ready = False

    def is_given(self, ticket: int, item_id: str, work: bytes) -> bool:
        """Hand over an item; False where the process is dead."""
        try:
            self.connection.send((item_id, work))
        except OSError:
            return False
        self.ticket = ticket
        return True

    def end(self) -> str:
        """Kill the process, unless it is dead, and say how it died."""
        self.process.kill()
        self.process.join()
        self.connection.close()
        code = self.process.exitcode or 0
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _serve(connection: Connection, parent_pid: int, max_seconds: float | None) -> None:
    """Answer items until the parent closes the pipe."""
    die_with_parent(parent_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    os.environ.update(ONE_THREAD)
    connection.send_bytes(READY)
    while True:
        try:
            item_id, work = connection.recv()
        except EOFError:
            return
        connection.send_bytes(answer(item_id, work, max_seconds))
