"""Which process did it, and whether it is still there: pid alone is reused, pid and start time are not."""

import os
import socket
from dataclasses import asdict, dataclass
from typing import Any

import psutil

_SAME_START_SECONDS = 0.05


@dataclass(frozen=True)
class ProcessMark:
    """A process of one machine. `process_started_at` is in seconds since the machine's boot."""

    host: str
    pid: int
    process_started_at: float

    @classmethod
    def own(cls) -> "ProcessMark":
        """Return the calling process."""
        return cls(socket.gethostname(), os.getpid(), _started_after_boot(psutil.Process()))

    @property
    def is_here(self) -> bool:
        """Tell whether the process is one of this machine."""
        return self.host == socket.gethostname()

    @property
    def is_own(self) -> bool:
        """Tell whether it is the calling process."""
        return self.is_here and self.pid == os.getpid() and self._is_running()

    @property
    def is_known_dead(self) -> bool:
        """Tell whether the process is one of this machine and gone; of another machine nothing is known."""
        return self.is_here and not self._is_running()

    def _is_running(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            started_at = _started_after_boot(process)
            is_zombie = process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False
        return not is_zombie and abs(started_at - self.process_started_at) < _SAME_START_SECONDS

    def columns(self) -> dict[str, Any]:
        """Return the values of the columns of the same names."""
        return asdict(self)


def _started_after_boot(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()
