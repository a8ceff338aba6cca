"""The managed Prefect server: one process on SQLite, with authentication, leases on disk and retention."""

import os
import secrets
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from pegbar.config import Config
from pegbar.errors import ServiceError
from pegbar.files import disk_errors
from pegbar.services.base import HOST, ServiceName, ask, local_url, service_folder, sqlite_url

RETENTION_SECONDS = 90 * 24 * 3600
DATABASE_TIMEOUT_SECONDS = 60


class PrefectServer(Config):
    """Prefect with its database, leases and results in ``home/prefect``."""

    home: Path

    @property
    def name(self) -> ServiceName:
        """Name of the service."""
        return "prefect"

    @property
    def package(self) -> str:
        """The distribution it comes from."""
        return "prefect"

    @property
    def folder(self) -> Path:
        """PREFECT_HOME of the server and of its clients."""
        return self.home / "prefect"

    @property
    def auth_file(self) -> Path:
        """File (mode 0600) that holds "user:password" of the API and of the UI."""
        return service_folder(self.home) / "prefect.auth"

    def command(self, port: int) -> list[str]:
        """`serve`, as a program: one process, web server and services together."""
        return ["-m", "pegbar.services", "serve-prefect", str(port)]

    def environment(self, port: int) -> dict[str, str]:
        """Settings of the server; the sources are the measurements behind each."""
        return {
            "PREFECT_HOME": str(self.folder),
            "PREFECT_API_URL": f"{local_url(port)}/api",
            # The UI asks port 4200 otherwise, whatever port the server is on.
            "PREFECT_SERVER_UI_API_URL": f"{local_url(port)}/api",
            "PREFECT_SERVER_API_HOST": HOST,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_API_AUTH_STRING": read_auth(self.auth_file),
            "PREFECT_API_AUTH_STRING": read_auth(self.auth_file),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": sqlite_url("sqlite+aiosqlite", self.folder / "prefect.db"),
            "PREFECT_SERVER_DATABASE_TIMEOUT": str(DATABASE_TIMEOUT_SECONDS),
            # Leases in memory are lost with the server, and the trainers that held them are cancelled.
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RETENTION_SECONDS),
            "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_CLI_PROMPT": "false",
            "PREFECT_CLI_COLORS": "false",
            "PREFECT_LOGGING_COLORS": "false",
        }

    def prepare(self) -> None:
        """Make the folder and, once, the random credentials."""
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_auth(self.auth_file)

    def problem(self, port: int) -> str | None:
        """Check health, that our credentials are taken, and that none are not."""
        health = ask(f"{local_url(port)}/api/health")
        if health is None or health.status != 200:
            return f"nobody answers at {local_url(port)}/api/health"
        version = f"{local_url(port)}/api/admin/version"
        known = ask(version, auth=read_auth(self.auth_file))
        if known is None or known.status != 200:
            return f"the server at {local_url(port)} does not take the credentials of {self.auth_file}"
        stranger = ask(version)
        if stranger is None or stranger.status != 401:
            return f"the server at {local_url(port)} answers without credentials"
        return None


def serve(port: int) -> None:
    """Be ``prefect server start`` in the foreground, with its scheduler mended. The caller holds the service's lock."""
    mend_scheduler()
    from prefect.cli import app

    sys.argv = ["prefect", "server", "start", "--host", HOST, "--port", str(port)]
    app()


def mend_scheduler() -> None:
    """Let Prefect 3.8.8 plan runs on SQLAlchemy 2.1, which refuses a bulk insert that names a hybrid attribute.

    The scheduler hands each run's state over with the run, for a later insert of its own; SQLAlchemy 2.0 passed it by.
    Unmended the server answers, its schedules are active, and no run is ever planned.
    """
    from prefect.server.database.orm_models import FlowRun
    from sqlalchemy.ext.hybrid import hybrid_property

    state = FlowRun.__mapper__.all_orm_descriptors["state"]
    if isinstance(state, hybrid_property):
        state.inplace.bulk_dml(_pass_by)


def _pass_by(cls: type[Any], mapping: MutableMapping[str, Any], value: Any) -> None:
    """Leave the values as they are."""


def read_auth(path: Path) -> str:
    """Return "user:password" from the file that `prepare` made.

    Raises:
        ServiceError: the file is missing or empty.
    """
    text = path.read_text().strip() if path.is_file() else ""
    if ":" not in text:
        raise ServiceError(f"{path} holds no credentials", remedy="pegbar down, then: pegbar up", subject="prefect")
    return text


def _make_auth(path: Path) -> None:
    """Write random credentials unless they are there; readable by the owner at every moment, by nobody else."""
    if path.is_file() and ":" in path.read_text():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"pegbar:{secrets.token_urlsafe(24)}\n")
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
