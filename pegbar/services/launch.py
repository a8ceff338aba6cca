"""A process that becomes a managed server: ``python -m pegbar.services launch NAME HOME``.

It takes the service's lock, chooses the port, writes the state, and turns into the server (exec), which
keeps the lock for as long as it lives. So there is one server per home whoever else starts one, the
database is only migrated under the lock, and a kill at any moment leaves nothing to clean up.
"""

import fcntl
import importlib.metadata
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from pegbar.services.base import HOST, ManagedServer, ServiceName, service_folder
from pegbar.services.mlflow_server import MlflowServer
from pegbar.services.prefect_server import PrefectServer
from pegbar.services.state import MARKER, ServiceState, marker, read_state, strays, write_state
from pegbar.services.stop import end_processes
from pegbar.services.worker import Worker, is_worker_wanted

BUSY_EXIT_CODE = 75
MAX_LOG_BYTES = 5_000_000


def servers(home: Path) -> dict[ServiceName, ManagedServer]:
    """Every managed server of `home`."""
    return {"prefect": PrefectServer(home=home), "mlflow": MlflowServer(home=home)}


def services(home: Path) -> dict[ServiceName, ManagedServer]:
    """Every managed server of `home`, and its worker if it is to have one."""
    return servers(home) | ({"worker": Worker(home=home)} if is_worker_wanted(home) else {})


def log_file(name: ServiceName, home: Path) -> Path:
    """Where the server's output goes."""
    return service_folder(home) / f"{name}.log"


def become(server: ManagedServer, first: Callable[[], None] = lambda: None) -> None:
    """Turn this process into `server`; return only when another process holds its lock.

    Args:
        first: called when the lock is held and nothing of the last server is left.
    """
    lock = os.open(service_folder(server.home) / f"{server.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    end_processes(strays(server.name, server.home))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return
    first()
    _shorten(log_file(server.name, server.home))
    port = _free_port(read_state(server.name, server.home))
    write_state(_state(server, port), server.home)
    os.set_inheritable(lock, True)
    os.execve(sys.executable, [sys.executable, "-P", *server.command(port)], _environment(server, port))


def _state(server: ManagedServer, port: int) -> ServiceState:
    return ServiceState(
        name=server.name,
        pid=os.getpid(),
        create_time=psutil.Process().create_time(),
        port=port,
        version=importlib.metadata.version(server.package),
        log=log_file(server.name, server.home),
    )


def _environment(server: ManagedServer, port: int) -> dict[str, str]:
    """Our settings only: what the caller's environment says about Prefect and MLflow is for its own clients."""
    foreign = ("PREFECT_", "MLFLOW_", "_MLFLOW_", "UVICORN_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **server.environment(port), MARKER: marker(server.name, server.home)}


def _free_port(last: ServiceState | None) -> int:
    """Return the last port if it is free, or else one that is."""
    for port in (last.port, 0) if last else (0,):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind((HOST, port))
            except OSError:
                continue
            return int(candidate.getsockname()[1])
    raise OSError(f"no free port on {HOST}")


def _shorten(log: Path) -> None:
    if log.is_file() and log.stat().st_size > MAX_LOG_BYTES:
        os.truncate(log, 0)
