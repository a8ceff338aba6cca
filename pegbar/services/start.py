"""Finding or starting the servers of a home, and waiting until they answer."""

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from pegbar.errors import DiskFullError, PegbarError, ServiceError
from pegbar.files import disk_errors
from pegbar.services.base import ManagedServer, ServiceName, ask, checked_home, local_url, service_folder
from pegbar.services.endpoints import Endpoints
from pegbar.services.launch import BUSY_EXIT_CODE, log_file, servers
from pegbar.services.prefect_server import PrefectServer
from pegbar.services.state import listens, live_process, read_state
from pegbar.services.stop import end_processes
from pegbar.services.worker import Worker, is_worker_wanted
from pegbar.settings import Settings

START_SECONDS = 120.0
POLL_SECONDS = 0.1
# The second is for a port that somebody took between our look at it and the server's.
MAX_STARTS = 2
LOG_LINES = 12
# Less than this free and a server that died most likely died of it.
FULL_DISK_BYTES = 16 << 20

Progress = Callable[[str], None]

# The servers outlive us; while we live, their handles are kept so that a dead one is reaped.
_launched: list[subprocess.Popen[bytes]] = []


def ensure_services(
    settings: Settings, progress: Progress | None = None, limit_seconds: float = START_SECONDS
) -> Endpoints:
    """Start what is not running, wait until everything answers, and say where it is.

    That includes the worker of a home that wants one (see `pegbar.services.worker`). Servers that the settings name are
    only checked. Any number of processes may call this at once.

    Raises:
        ServiceError: a server does not start, or does not answer within `limit_seconds`.
        DiskFullError, ReadOnlyError: the home cannot be written.
        ConfigurationError: the home cannot be one.
    """
    external = external_urls(settings)
    for name, url in external.items():
        if (problem := external_problem(name, url)) is not None:
            raise ServiceError(problem, remedy="start it, or correct its address, then: pegbar doctor", subject=name)
    managed = [server for name, server in servers(checked_home(settings.home)).items() if name not in external]
    _start_all(managed, progress, limit_seconds)
    endpoints = find_endpoints(settings)
    if is_worker_wanted(settings.home):
        worker = Worker(home=checked_home(settings.home), endpoints=endpoints)
        _end_worker_of_another_server(worker, endpoints)
        _start_all([worker], progress, limit_seconds)
    return endpoints


def _start_all(managed: Sequence[ManagedServer], progress: Progress | None, limit_seconds: float) -> None:
    waiting = [_Start(server, progress) for server in managed]
    deadline = time.monotonic() + limit_seconds
    while waiting := [start for start in waiting if not start.advance()]:
        if time.monotonic() > deadline:
            raise waiting[0].failure(f"does not answer as it should after {limit_seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def _end_worker_of_another_server(worker: Worker, endpoints: Endpoints) -> None:
    """End a worker whose server has moved to another port, or is another: it would wait for work for ever."""
    process = live_process(read_state(worker.name, worker.home), worker.home)
    with suppress(psutil.NoSuchProcess):
        if process is not None and process.environ().get("PREFECT_API_URL") != endpoints.prefect_api_url:
            end_processes([process])


def find_endpoints(settings: Settings) -> Endpoints:
    """Return where the servers are, without asking them.

    Raises:
        ServiceError: a managed server was never started.
    """
    prefect, mlflow = _address(settings, "prefect"), _address(settings, "mlflow")
    is_managed = settings.prefect_api_url is None
    return Endpoints(
        home=settings.home,
        prefect_api_url=f"{prefect}/api" if is_managed else prefect,
        prefect_ui_url=prefect.removesuffix("/").removesuffix("/api"),
        mlflow_tracking_uri=mlflow,
        mlflow_ui_url=mlflow,
        prefect_auth_file=PrefectServer(home=settings.home).auth_file if is_managed else None,
    )


def external_urls(settings: Settings) -> dict[ServiceName, str]:
    """Servers that the settings name, so that pegbar neither starts nor stops them."""
    named: dict[ServiceName, str | None] = {
        "prefect": settings.prefect_api_url,
        "mlflow": settings.mlflow_tracking_uri,
    }
    return {name: url for name, url in named.items() if url is not None}


def external_problem(name: ServiceName, url: str) -> str | None:
    """Say what is wrong with a server we do not manage; None when it answers or has nothing to ask."""
    if not url.startswith(("http://", "https://")):
        return None
    answer = ask(f"{url.rstrip('/')}/health")
    if answer is not None and answer.status == 200:
        return None
    return f"{name} at {url} {'does not answer' if answer is None else f'answers with status {answer.status}'}"


def last_lines(log: Path) -> str:
    """Return the end of a log, without its empty lines."""
    if not log.is_file():
        return f"(no log at {log})"
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(lines[-LOG_LINES:])


def _address(settings: Settings, name: ServiceName) -> str:
    named = external_urls(settings).get(name)
    if named is not None:
        return named
    state = read_state(name, settings.home)
    if state is None:
        raise ServiceError(f"{name} was never started for {settings.home}", remedy="pegbar up", subject=name)
    return local_url(state.port)


class _Start:
    """One server on its way up."""

    def __init__(self, server: ManagedServer, progress: Progress | None) -> None:
        self.server = server
        self.progress = progress
        self.launcher: subprocess.Popen[bytes] | None = None
        self.num_starts = 0

    def advance(self) -> bool:
        """Do the next thing without waiting; True when the server answers as ours."""
        for child in _launched:
            child.poll()
        if self.launcher is not None and self.launcher.poll() == BUSY_EXIT_CODE:
            self.launcher, self.num_starts = None, self.num_starts - 1
        state = read_state(self.server.name, self.server.home)
        process = live_process(state, self.server.home)
        if state is not None and process is not None:
            return listens(process, state.port) and self.server.problem(state.port) is None
        if self.launcher is None or self.launcher.poll() is not None:
            self._launch()
        return False

    def failure(self, what: str) -> PegbarError:
        """Build the error that quotes the server's log; a full disk is said as that."""
        log = log_file(self.server.name, self.server.home)
        if shutil.disk_usage(self.server.home).free < FULL_DISK_BYTES:
            return DiskFullError(
                f"{self.server.name} {what}: no space left in {self.server.home}",
                remedy="free some disk space, then: pegbar resume",
                subject=self.server.name,
            )
        return ServiceError(
            f"{self.server.name} {what}; its log {log} ends with:\n{last_lines(log)}",
            remedy="pegbar doctor",
            subject=self.server.name,
        )

    def _launch(self) -> None:
        if self.num_starts == MAX_STARTS:
            raise self.failure("does not start")
        folder = service_folder(self.server.home)
        log = log_file(self.server.name, self.server.home)
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (folder / "prepare.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self.server.prepare()
            with log.open("ab") as output:
                self.launcher = subprocess.Popen(
                    [sys.executable, "-P", "-m", "pegbar.services", "launch", self.server.name, str(self.server.home)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=folder,
                    start_new_session=True,
                )
        if self.num_starts == 0 and self.progress is not None:
            self.progress(f"starting {self.server.name}")
        self.num_starts += 1
        _launched.append(self.launcher)
