"""One lifecycle run in a process of its own, for tests that kill it: HOME FILMS OUT."""

import sys
from pathlib import Path

from pegbar.services import ensure_services
from pegbar.settings import load_settings
from pegbar.workspace import Workspace


def main(films: str, out: str) -> None:
    settings = load_settings()
    ensure_services(settings).apply()
    from flows.launch import Launch, start
    from flows.recipes import smoke

    workspace = Workspace.create(settings.home / "workspace")
    request = {"sources": [films], "config": smoke().model_dump(mode="json"), "out": out}
    result = start(settings, Launch(flow="lifecycle", workspace=workspace.root, request=request))
    sys.stdout.write(result.to_json().decode())


if __name__ == "__main__":
    main(str(Path(sys.argv[1])), str(Path(sys.argv[2])))
