"""What is remembered about a managed server, and the proof that a process is that server.

A process is ours when its environment carries the marker that `launch` gave it: the service's name
and the home. Process ids are reused and clocks are set back; nobody else's process has the marker.
"""

import os
from pathlib import Path

import psutil
from pydantic import ValidationError

from pegbar.config import Config
from pegbar.files import write_text
from pegbar.services.base import ServiceName, service_folder

MARKER = "PEGBAR_SERVICE"


class ServiceState(Config):
    """The last server started: which process, on which port, of which version. It may be dead since."""

    name: ServiceName
    pid: int
    create_time: float
    port: int
    version: str
    log: Path


def marker(name: ServiceName, home: Path) -> str:
    """Value of the marker in the environment of the server `name` of `home`."""
    return f"{name}:{home.resolve()}"


def read_state(name: ServiceName, home: Path) -> ServiceState | None:
    """Return what is remembered; None when there is nothing or it cannot be read."""
    try:
        return ServiceState.model_validate_json(_state_file(name, home).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def write_state(state: ServiceState, home: Path) -> None:
    """Remember `state`, atomically."""
    write_text(_state_file(state.name, home), state.model_dump_json())


def live_process(state: ServiceState | None, home: Path) -> psutil.Process | None:
    """Return the process of `state` if it lives and is proven to be that server of this home."""
    if state is None:
        return None
    try:
        process = psutil.Process(state.pid)
    except psutil.NoSuchProcess:
        return None
    return process if _is_marked(process, marker(state.name, home)) else None


def listens(process: psutil.Process, port: int) -> bool:
    """Say whether it is `process`, and not somebody else, that holds the TCP port."""
    try:
        connections = process.net_connections(kind="tcp")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def marked_processes(name: ServiceName, home: Path) -> list[psutil.Process]:
    """Return every process of the server `name` of this home, remembered or not."""
    value = marker(name, home)
    return [process for process in psutil.process_iter() if _is_marked(process, value)]


def strays(name: ServiceName, home: Path) -> list[psutil.Process]:
    """Return processes of this home's servers that do not belong to the living one that its state names.

    The state was lost, or the home replaced, or a worker died and left what it ran. A server's state is written before
    it gets its marker; so a marked process that the state, read after the search, does not name will not be named.
    """
    found = marked_processes(name, home)
    owner = live_process(read_state(name, home), home)
    return [process for process in found if owner is None or owner.pid not in _leaders(process)]


def _leaders(process: psutil.Process) -> set[int]:
    """Return whom a process belongs to: itself, its group, and every process that it comes from."""
    try:
        return {process.pid, os.getpgid(process.pid), *(parent.pid for parent in process.parents())}
    except (ProcessLookupError, psutil.NoSuchProcess):
        return set()


def _is_marked(process: psutil.Process, value: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARKER) == value
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False


def _state_file(name: ServiceName, home: Path) -> Path:
    return service_folder(home) / f"{name}.json"
