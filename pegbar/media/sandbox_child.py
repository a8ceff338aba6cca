"""The child's side of the sandbox: limits first, then the work, then one message back."""

import ctypes
import pickle
import resource
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING

from pegbar import progress
from pegbar.errors import PegbarError
from pegbar.orphans import die_with_parent

if TYPE_CHECKING:
    from pegbar.media.sandbox import Message, SandboxLimits

PR_SET_NO_NEW_PRIVS = 38


def main(descriptor: int, parent_pid: int) -> None:
    """Read limits and work from standard input, do it, and send what came of it to `descriptor`."""
    die_with_parent(parent_pid)
    connection = Connection(descriptor, readable=False)
    sys.excepthook = _Sender(connection)
    work = sys.stdin.buffer  # from our own parent, as code is
    confine(pickle.load(work))  # noqa: S301
    function, arguments = pickle.load(work)  # noqa: S301
    with progress.listening(lambda *report: connection.send(("progress", report))):
        result = function(*arguments)
    connection.send(("result", result))


def confine(limits: "SandboxLimits") -> None:
    """Set this process's limits, for good: no new privileges, no core dump, death by signal where one is hit."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.num_open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # A second above the soft limit of time, where the kernel kills without saying why.
        resource.setrlimit(kind, (lowest, lowest + 1 if kind == resource.RLIMIT_CPU and lowest == value else lowest))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python would make it an error that looks like a full disk
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


class _Sender:
    """Sends an exception nobody caught to the parent, as itself where it can travel."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take the place of `sys.excepthook`."""
        told = "".join(traceback.format_exception(kind, error, trace))
        message: Message = ("error", error)
        if not isinstance(error, PegbarError):
            error.add_note(told)
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just made
        except (pickle.PicklingError, TypeError, AttributeError):
            message = ("error", RuntimeError(told))
        self._connection.send(message)
