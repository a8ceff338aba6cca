"""The servers: whether their applications can be built here, their ports, versions and secrets."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pegbar.notify import webhook_path
from pegbar.services.base import HOST
from pegbar.services.doctor.check import Check, CheckState
from pegbar.services.doctor.packages import INSTALL, installed
from pegbar.services.launch import log_file, services
from pegbar.services.prefect_server import PrefectServer
from pegbar.services.state import read_state
from pegbar.services.status import ServiceStatus, State, services_status
from pegbar.settings import Settings

BUILD_SECONDS = 180.0
# Importing passes on a broken pair of versions; building the application is where it dies.
APPLICATIONS = {
    "prefect": "from prefect.server.api.server import create_app; create_app()",
    "mlflow": "from mlflow.server.fastapi_app import app",
}
STATES: dict[State, CheckState] = {
    "running": "ok",
    "starting": "ok",
    "stopped": "ok",
    "external": "ok",
    "silent": "broken",
    "unreachable": "broken",
}
RESTART = "pegbar down, then: pegbar up"


def check_servers(settings: Settings) -> list[Check]:
    """Build the applications and look at what runs; start nothing that stays."""
    return [
        *_check_applications(),
        _check_loopback(),
        *(check for status in services_status(settings) for check in _check_status(status, settings)),
        *check_secret(PrefectServer(home=settings.home).auth_file),
        *check_webhook(settings),
    ]


def _check_applications() -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="pegbar-doctor-") as folder:
        foreign = ("PREFECT_", "MLFLOW_", "_MLFLOW_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        environment = {**kept, "PREFECT_HOME": folder, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
        builds = {
            name: subprocess.Popen(
                [sys.executable, "-P", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
                cwd=folder,
            )
            for name, code in APPLICATIONS.items()
        }
        for name, build in builds.items():
            yield _built(name, build)


def _built(name: str, build: subprocess.Popen[str]) -> Check:
    remedy = f"{INSTALL} -e ."
    try:
        _, errors = build.communicate(timeout=BUILD_SECONDS)
    except subprocess.TimeoutExpired:
        build.kill()
        build.communicate()
        return Check(name=f"{name} server", state="broken", found=f"not built in {BUILD_SECONDS:.0f} s", remedy=remedy)
    if build.returncode == 0:
        return Check(name=f"{name} server", state="ok", found="its application can be built")
    last = next((line for line in reversed(errors.splitlines()) if line.strip()), f"exit code {build.returncode}")
    return Check(name=f"{name} server", state="broken", found=f"cannot be built: {last.strip()}", remedy=remedy)


def _check_loopback() -> Check:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, 0))
        except OSError as error:
            return Check(
                name="ports", state="broken", found=f"no port on {HOST}: {error}", remedy="ip link set lo up, as root"
            )
    return Check(name="ports", state="ok", found=f"{HOST} gives free ports")


def _check_status(status: ServiceStatus, settings: Settings) -> Iterator[Check]:
    name = f"{status.name} running"
    if STATES[status.state] == "broken":
        log = log_file(status.name, settings.home)
        remedy = f"{RESTART}; its log is {log}" if status.state == "silent" else "start it, or correct its address"
        yield Check(name=name, state="broken", found=status.detail, remedy=remedy)
        return
    found = {"stopped": "no; started when needed", "starting": "not answering yet"}.get(status.state, f"{status.url}")
    yield Check(name=name, state="ok", found=found)
    state = read_state(status.name, settings.home)
    current = installed(services(settings.home)[status.name].package)
    if status.state == "running" and state is not None and state.version != str(current):
        different = f"it runs {state.version}, but {current} is installed now"
        yield Check(name=f"{status.name} version", state="warning", found=different, remedy=RESTART)


def check_secret(path: Path) -> Iterator[Check]:
    """Check that nobody else can read the credentials; nothing when there are none yet."""
    if path.is_file():
        yield _check_mode("credentials", path, remedy=f"pegbar down && rm '{path}' && pegbar up")


def check_webhook(settings: Settings) -> Iterator[Check]:
    """Check that the webhook's address is there and nobody else's to read; nothing when no setting names its file."""
    path = webhook_path(settings)
    if path is None:
        return
    if path.is_file():
        yield _check_mode("webhook", path, remedy=f"chmod 600 '{path}', and have its address made anew")
    else:
        remedy = f"write the address into it (mode 600), or leave webhook_file out of {settings.home / 'settings.toml'}"
        yield Check(name="webhook", state="broken", found=f"no file {path}", remedy=remedy)


def _check_mode(name: str, path: Path, remedy: str) -> Check:
    mode = path.stat().st_mode & 0o777
    found = f"{path} has mode {mode:04o}"
    if mode & 0o077:
        return Check(name=name, state="broken", found=f"{found}: others may have read it", remedy=remedy)
    return Check(name=name, state="ok", found=found)
