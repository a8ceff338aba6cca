"""Decoding at arm's length: a function in a child process with limits, whose death is an error with a reason.

What a hostile or damaged film can do to a decoder (eat memory, spin, hang, fill the disk, crash) then happens to the
child alone. It is no wall against code that takes the child over: that would run as the same user (docs/security.md).
"""

import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Literal, TypeVar, TypeVarTuple, cast

from pydantic import Field

from pegbar import progress
from pegbar.config import Config
from pegbar.errors import DecoderKilledError
from pegbar.media.names import printable, probe_again

ArgumentsT = TypeVarTuple("ArgumentsT")
ResultT = TypeVar("ResultT")
Message = tuple[Literal["progress", "result", "error"], Any]

POLL_SECONDS = 0.1
MIB = 1 << 20
CV_OUT_OF_MEMORY = -4  # cv2.error.code
# One film, one core: threads nobody asked for would take address space by the gigabyte on a machine of many cores.
CALM = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
# The child takes its parent's import path, so that it finds what its parent found.
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from pegbar.media.sandbox_child import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)


class SandboxLimits(Config):
    """What one sandboxed call may use. The defaults let through 20 minutes at 1080p with much to spare.

    Args:
        memory_bytes: address space, which is more than what is touched.
        cpu_seconds: over all threads.
        wall_seconds: catches what hangs without working; generous, because a busy machine is slow.
        file_bytes: the largest file written.
    """

    memory_bytes: int = Field(default=4 << 30, ge=256 * MIB)
    cpu_seconds: int = Field(default=3600, ge=1)
    wall_seconds: float = Field(default=7200.0, gt=0)
    file_bytes: int = Field(default=4 << 30, ge=0)
    num_open_files: int = Field(default=256, ge=32)


def run_sandboxed(
    function: Callable[[*ArgumentsT], ResultT],
    *arguments: *ArgumentsT,
    limits: SandboxLimits = SandboxLimits(),  # noqa: B008 - frozen
    subject: Path | None = None,
) -> ResultT:
    """Return `function(*arguments)`, computed in a fresh process with limits, in a session of its own.

    Its reports of progress are passed on, its exceptions raised here, its output dropped. When this returns or
    raises, the child and whatever it started are gone; the child also dies with this process.

    Args:
        function: a module-level function of a module that can be imported; it, its arguments and its result travel
            as pickles.
        subject: the film concerned, for the error's text.

    Raises:
        DecoderKilledError: a limit was hit, or the child crashed.
    """
    reader, writer = Pipe(duplex=False)
    with reader:
        with writer, tempfile.TemporaryFile() as work:
            pickle.dump(limits, work)
            pickle.dump((function, arguments), work)
            work.seek(0)
            child = _started(work, writer)
        try:
            outcome = _heard(child, reader, time.monotonic() + limits.wall_seconds)
        finally:
            was_alive = _end(child)
    if outcome is None:
        raise _killed(function, subject, _reason(child.returncode, was_alive, limits))
    kind, value = outcome
    if kind == "result":
        return cast(ResultT, value)
    if _is_out_of_memory(value):
        reason = f"ran out of memory (over {limits.memory_bytes / MIB:g} MiB)"
        raise _killed(function, subject, reason) from value
    raise value


def _started(work: IO[bytes], writer: Connection) -> subprocess.Popen[bytes]:
    descriptor = writer.fileno()
    return subprocess.Popen(
        [sys.executable, "-c", START, json.dumps(sys.path), str(descriptor), str(os.getpid())],
        stdin=work,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        start_new_session=True,
        env=os.environ | CALM,
    )


def _heard(child: subprocess.Popen[bytes], connection: Connection, deadline: float) -> Message | None:
    """Pass on progress until the result or an exception comes; None where the child ends or time is up before."""
    while time.monotonic() < deadline:
        if connection.poll(POLL_SECONDS):
            try:
                kind, value = cast(Message, connection.recv())
            except (EOFError, OSError):  # nothing, or half a message: it is dying
                break
            if kind != "progress":
                return kind, value
            progress.report(*value)
        elif _has_ended(child):
            break
    while not _has_ended(child) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 10)
    return None


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Say whether the child is over, without reaping it: until then its number is nobody else's."""
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(child: subprocess.Popen[bytes]) -> bool:
    """Kill the child's session and reap it; say whether it was still alive."""
    was_alive = not _has_ended(child)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return was_alive


def _reason(code: int, was_alive: bool, limits: SandboxLimits) -> str:
    if was_alive:
        return f"took longer than {limits.wall_seconds:g} seconds"
    reasons = {
        -signal.SIGXCPU: f"took more than {limits.cpu_seconds} seconds of processor time",
        -signal.SIGXFSZ: f"wrote a file of over {limits.file_bytes / MIB:g} MiB",
        -signal.SIGKILL: "was killed from outside (SIGKILL), as a machine short of memory does",
    }
    if code in reasons:
        return reasons[code]
    return f"crashed ({signal.Signals(-code).name})" if code < 0 else f"ended with exit code {code}"


def _is_out_of_memory(error: BaseException) -> bool:
    is_from_opencv = type(error).__module__ == "cv2" and getattr(error, "code", 0) == CV_OUT_OF_MEMORY
    return isinstance(error, MemoryError) or is_from_opencv or "bad_alloc" in str(error)


def _killed(function: Callable[..., object], subject: Path | None, reason: str) -> DecoderKilledError:
    name = printable(subject) if subject else function.__name__
    return DecoderKilledError(
        f"{name} cannot be decoded: its decoder {reason}",
        remedy=f"convert it to mp4 (H.264) of a usual size, then: {probe_again(subject or Path('FILM'))}",
        subject=str(subject or ""),
    )
