"""The programs behind the managed servers and the worker; `pegbar up` starts them, people do not."""

import os
import sys
from pathlib import Path

from pegbar.dead_runs import close_after_worker
from pegbar.services import mlflow_server, prefect_server
from pegbar.services.launch import BUSY_EXIT_CODE, become, servers
from pegbar.services.start import find_endpoints
from pegbar.services.worker import Worker
from pegbar.settings import HOME_VARIABLE, load_settings

USAGE = "launch prefect|mlflow|worker HOME | serve-prefect PORT | serve-mlflow HOME PORT"


def main(arguments: list[str]) -> None:
    """Run ``launch NAME HOME``, ``serve-prefect PORT`` or ``serve-mlflow HOME PORT``."""
    os.umask(0o077)
    match arguments:
        case ["launch", "prefect" | "mlflow" as name, home]:
            become(servers(Path(home))[name])
            sys.exit(BUSY_EXIT_CODE)
        case ["launch", "worker", home]:
            os.environ[HOME_VARIABLE] = home
            _become_worker(Path(home))
            sys.exit(BUSY_EXIT_CODE)
        case ["serve-prefect", port]:
            prefect_server.serve(int(port))
        case ["serve-mlflow", home, port]:
            mlflow_server.serve(mlflow_server.MlflowServer(home=Path(home)), int(port))
        case _:
            sys.exit(f"python -m pegbar.services {USAGE}")


def _become_worker(home: Path) -> None:
    settings = load_settings()
    endpoints = find_endpoints(settings)
    endpoints.apply()
    become(Worker(home=home, endpoints=endpoints), first=lambda: close_after_worker(settings))


main(sys.argv[1:])
