"""What runs, where, since when; and stopping it."""

import time
from typing import Literal

from pegbar.config import Config
from pegbar.services.base import ManagedServer, ServiceName, local_url
from pegbar.services.launch import servers, services
from pegbar.services.start import START_SECONDS, external_problem, external_urls
from pegbar.services.state import live_process, marked_processes, read_state
from pegbar.services.stop import end_processes
from pegbar.settings import Settings

State = Literal["running", "starting", "silent", "stopped", "external", "unreachable"]


class ServiceStatus(Config):
    """One managed or external server.

    `silent` lives but does not answer as it should, `unreachable` is an external one that does not
    answer; `detail` says what is wrong.
    """

    name: ServiceName
    state: State
    url: str | None = None
    pid: int | None = None
    uptime_seconds: float | None = None
    detail: str = ""


def services_status(settings: Settings) -> list[ServiceStatus]:
    """Look at every server; start nothing."""
    external = external_urls(settings)
    return [
        _external_status(name, external[name]) if name in external else _managed_status(server)
        for name, server in services(settings.home).items()
    ]


def stop_services(settings: Settings) -> list[str]:
    """Stop the worker and every server of the home that pegbar started, and name those that were running."""
    stopped = stop_worker(settings)  # first: what it runs reports its end to the servers
    found = {name: marked_processes(name, settings.home) for name in servers(settings.home)}
    end_processes([process for processes in found.values() for process in processes])
    return [*stopped, *(f"{name} (pid {process.pid})" for name, processes in found.items() for process in processes)]


def stop_worker(settings: Settings) -> list[str]:
    """Stop the worker of the home with everything that it runs; name it if it was running."""
    state = read_state("worker", settings.home)
    found = marked_processes("worker", settings.home)
    end_processes(found)
    return [f"worker (pid {process.pid})" for process in found if state is not None and process.pid == state.pid]


def _managed_status(server: ManagedServer) -> ServiceStatus:
    state = read_state(server.name, server.home)
    process = live_process(state, server.home)
    if state is None or process is None:
        return ServiceStatus(name=server.name, state="stopped")
    uptime = max(0.0, time.time() - state.create_time)
    problem = server.problem(state.port)
    return ServiceStatus(
        name=server.name,
        state="running" if problem is None else "starting" if uptime < START_SECONDS else "silent",
        url=local_url(state.port),
        pid=process.pid,
        uptime_seconds=round(uptime, 1),
        detail=problem or "",
    )


def _external_status(name: ServiceName, url: str) -> ServiceStatus:
    problem = external_problem(name, url)
    return ServiceStatus(name=name, state="unreachable" if problem else "external", url=url, detail=problem or "")
