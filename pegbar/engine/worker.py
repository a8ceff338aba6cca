"""One worker process of the pool: items through a pipe of its own, answered in the order given."""

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

from pegbar.engine.boundary import ONE_THREAD, answer
from pegbar.errors import ServiceError
from pegbar.orphans import die_with_parent

SPAWN = multiprocessing.get_context("spawn")
READY = b""
END_SECONDS = 5.0


@dataclass(frozen=True)
class Task:
    """One item and what is to be done with it, each pickled."""

    ticket: int
    function: bytes
    item: bytes


class Worker:
    """One process, our end of its pipe, and what lies in it: the first task is at work, the others wait their turn."""

    def __init__(self, max_seconds: float | None) -> None:
        self.connection, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=serve, args=(theirs, os.getpid(), max_seconds))
        self._process.start()
        theirs.close()
        self.tasks: deque[Task] = deque()
        self.seconds_per_item = 0.0
        self._function = b""
        self._is_ready = False
        self._since = time.monotonic()

    @property
    def num_bytes(self) -> int:
        """What lies in the pipe; more than it holds would have us wait for the worker while it waits for us."""
        return sum(len(task.item) + len(task.function) for task in self.tasks)

    def is_given(self, task: Task) -> bool:
        """Hand over a task; False where the process is dead.

        Raises:
            ServiceError: it never lived.
        """
        try:
            self.connection.send((None if task.function == self._function else task.function, task.item))
        except OSError:
            self._check_started()
            return False
        if not self.tasks:
            self._since = time.monotonic()
        self._function = task.function
        self.tasks.append(task)
        return True

    def answers(self) -> Iterator[tuple[int, bytes]]:
        """Yield every answer that is there.

        Raises:
            EOFError: the process is dead; the first of `tasks` is what it was doing.
            ServiceError: it never lived.
        """
        count = 0
        try:
            while self.tasks and self.connection.poll():
                message = self.connection.recv_bytes()
                if message == READY:
                    self._is_ready = True
                    continue
                count += 1
                yield self.tasks.popleft().ticket, message
        except OSError as error:  # dead in the middle of a message, or EOFError
            self._check_started()
            raise EOFError from error
        if count:
            now = time.monotonic()
            self.seconds_per_item, self._since = (now - self._since) / count, now

    def _check_started(self) -> None:
        if not self._is_ready:
            raise ServiceError(f"a worker process does not start: {self.end()}", remedy="pegbar doctor")

    def end(self) -> str:
        """Kill the process, unless it is dead, and say how it died."""
        self._process.kill()
        self._process.join()
        self.connection.close()
        code = self._process.exitcode or 0
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def dismiss(self) -> None:
        """Let the process end by itself."""
        self.connection.close()

    def wait(self) -> None:
        """Wait for a dismissed process, for a while."""
        self._process.join(END_SECONDS)
        self._process.kill()
        self._process.join()


def serve(connection: Connection, parent_pid: int, max_seconds: float | None) -> None:
    """Answer items until the parent closes the pipe."""
    die_with_parent(parent_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    os.environ.update(ONE_THREAD)
    connection.send_bytes(READY)
    function = b""
    while True:
        try:
            changed, item = connection.recv()
        except EOFError:
            return
        function = changed or function
        connection.send_bytes(answer(function, item, max_seconds))
