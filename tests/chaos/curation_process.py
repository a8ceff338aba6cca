"""One curation in a process of its own, for tests that kill it: WORKSPACE SOURCE CONFIG (a JSON file).

The home is PEGBAR_HOME, as for every command. What a killed run left, this one goes on with. SIGUSR1 makes it say
where it is.
"""

import faulthandler
import json
import signal
import sys
from pathlib import Path

faulthandler.register(signal.SIGUSR1)  # before the imports that take a second

from pegbar.errors import PegbarError  # noqa: E402
from pegbar.services import ensure_services  # noqa: E402
from pegbar.settings import load_settings  # noqa: E402
from pegbar.workspace import Workspace  # noqa: E402


def main(root: Path, source: str, config: Path) -> None:
    settings = load_settings()
    ensure_services(settings).apply()
    from flows.launch import Launch, start

    workspace = Workspace.create(root)
    request = {"sources": [source], "licence": "CC0-1.0", "config": json.loads(config.read_text())}
    result = start(settings, Launch(flow="curate", workspace=workspace.root, request=request))
    sys.stdout.write(result.to_json().decode())


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    except PegbarError as error:
        sys.stderr.write(f"error: {error}\n")  # as the command line says it
        sys.exit(error.exit_code)
