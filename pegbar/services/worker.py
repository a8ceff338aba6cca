"""The managed worker: it executes what is scheduled, as processes of this machine. Only homes that want one have one.

It is a client of the Prefect server, found and stopped like a server: its health page is what answers at its port.
"""

import os
import socket
from pathlib import Path

from pegbar.config import Config
from pegbar.files import disk_errors, write_text
from pegbar.orphans import die_with_parent
from pegbar.services.base import HOST, ServiceName, ask, checked_home, local_url, service_folder
from pegbar.services.endpoints import Endpoints
from pegbar.services.state import MARKER, marker, read_state

WORK_POOL = "pegbar"
QUERY_SECONDS = 5
# What a client of servers that pegbar does not manage brings in its environment.
CREDENTIALS = (
    "PREFECT_API_AUTH_STRING",
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
)


class Worker(Config):
    """A Prefect worker of the type process; `endpoints` are needed only to become it."""

    home: Path
    endpoints: Endpoints | None = None

    @property
    def name(self) -> ServiceName:
        """Name of the service."""
        return "worker"

    @property
    def package(self) -> str:
        """The distribution it comes from."""
        return "prefect"

    def command(self, port: int) -> list[str]:
        """``prefect worker start`` in the foreground, with its health page."""
        name = f"pegbar on {socket.gethostname()}"
        start = ["-m", "prefect", "worker", "start", "--pool", WORK_POOL, "--type", "process", "--name", name]
        return [*start, "--install-policy", "never", "--with-healthcheck"]

    def environment(self, port: int) -> dict[str, str]:
        """Settings of the worker and of the flows it starts: a client of the home's servers, and heard in its log."""
        own = {
            "PEGBAR_HOME": str(self.home.absolute()),
            "PREFECT_WORKER_WEBSERVER_HOST": HOST,
            "PREFECT_WORKER_WEBSERVER_PORT": str(port),
            "PREFECT_WORKER_QUERY_SECONDS": str(QUERY_SECONDS),
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
            "PREFECT_CLI_COLORS": "false",
            "PREFECT_LOGGING_COLORS": "false",
        }
        brought = {name: os.environ[name] for name in CREDENTIALS if name in os.environ}
        return brought | (self.endpoints.environment() if self.endpoints else {}) | own

    def prepare(self) -> None:
        """Nothing is needed beside the servers."""

    def problem(self, port: int) -> str | None:
        """Check that it polls for work."""
        health = ask(f"{local_url(port)}/health")
        if health is None or health.status != 200:
            return f"nobody answers as a worker at {local_url(port)}/health"
        return None


def is_worker_wanted(home: Path) -> bool:
    """Tell whether this home is to have a worker whenever its servers run."""
    return _wish(home).is_file()


def want_worker(home: Path) -> None:
    """Have a worker from the next `ensure_services` on; `pegbar down` stops it only until the one after.

    Raises:
        ConfigurationError: the home cannot be one. DiskFullError, ReadOnlyError: it cannot be written.
    """
    with disk_errors(checked_home(home)):
        write_text(_wish(home), "")


def want_no_worker(home: Path) -> None:
    """Have no worker any more; one that runs is stopped by `stop_worker`."""
    _wish(home).unlink(missing_ok=True)


def die_with_worker(home: Path) -> None:
    """Let this process, if the managed worker started it, not outlive that worker: nobody would learn how it ended."""
    state = read_state("worker", home)
    if os.environ.get(MARKER) == marker("worker", home) and state is not None:
        die_with_parent(state.pid)


def _wish(home: Path) -> Path:
    return service_folder(home) / "worker.wanted"
