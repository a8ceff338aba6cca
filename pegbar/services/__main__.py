"""The two programs behind the managed servers; `pegbar up` starts them, people do not."""

import os
import sys
from pathlib import Path

from pegbar.services.launch import BUSY_EXIT_CODE, become, servers
from pegbar.services.mlflow_server import MlflowServer, serve


def main(arguments: list[str]) -> None:
    """Run ``launch NAME HOME`` or ``serve-mlflow HOME PORT``."""
    os.umask(0o077)
    match arguments:
        case ["launch", "prefect" | "mlflow" as name, home]:
            become(servers(Path(home))[name])
            sys.exit(BUSY_EXIT_CODE)
        case ["serve-mlflow", home, port]:
            serve(MlflowServer(home=Path(home)), int(port))
        case _:
            sys.exit("python -m pegbar.services launch prefect|mlflow HOME | serve-mlflow HOME PORT")


main(sys.argv[1:])
