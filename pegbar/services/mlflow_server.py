"""The managed MLflow server: tracking, registry and artifacts of one home, on SQLite, in one process.

``mlflow server`` itself keeps a parent, a worker and eight job consumers (1.1 GB, 14 s to start, and
only the parent is known by its id); the same application run by uvicorn in one process takes 0.26 GB
and 3 to 5 s.
"""

import logging
import os
from pathlib import Path

from pegbar.config import Config
from pegbar.files import disk_errors
from pegbar.services.base import HOST, ServiceName, ask, local_url, sqlite_url


class MlflowServer(Config):
    """MLflow with its database and artifacts in ``home/mlflow``."""

    home: Path

    @property
    def name(self) -> ServiceName:
        """Name of the service."""
        return "mlflow"

    @property
    def package(self) -> str:
        """The distribution it comes from."""
        return "mlflow"

    @property
    def folder(self) -> Path:
        """Folder of the database and of the artifacts."""
        return self.home / "mlflow"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL with an absolute path."""
        return sqlite_url("sqlite", self.folder / "mlflow.db")

    @property
    def artifact_root(self) -> Path:
        """Absolute folder the server keeps artifacts in; clients reach it through the server only."""
        return self.folder.absolute() / "artifacts"

    def command(self, port: int) -> list[str]:
        """`serve`, as a program."""
        return ["-m", "pegbar.services", "serve-mlflow", str(self.home), str(port)]

    def environment(self, port: int) -> dict[str, str]:
        """Settings of the server: hosts and origins of this machine only, no telemetry, no pickles, no jobs."""
        return {
            "MLFLOW_BACKEND_STORE_URI": self.database_url,
            "MLFLOW_SERVER_ALLOWED_HOSTS": f"{HOST}:{port},localhost:{port}",
            "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port},http://localhost:{port}",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "1",
        }

    def prepare(self) -> None:
        """Make the folders."""
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.artifact_root.mkdir(exist_ok=True, mode=0o700)

    def problem(self, port: int) -> str | None:
        """Check health."""
        health = ask(f"{local_url(port)}/health")
        if health is None or health.status != 200 or health.body != "OK":
            return f"nobody answers as MLflow at {local_url(port)}/health"
        return None


def serve(server: MlflowServer, port: int) -> None:
    """Create or migrate the database, then answer until stopped. The caller holds the service's lock."""
    import uvicorn
    from mlflow.server import constants

    os.environ[constants.BACKEND_STORE_URI_ENV_VAR] = server.database_url
    os.environ[constants.ARTIFACT_ROOT_ENV_VAR] = "mlflow-artifacts:/"
    os.environ[constants.SERVE_ARTIFACTS_ENV_VAR] = "true"
    os.environ[constants.ARTIFACTS_DESTINATION_ENV_VAR] = server.artifact_root.as_uri()
    _migrate(server)
    from mlflow.server.fastapi_app import app

    uvicorn.run(app, host=HOST, port=port, log_level="warning", timeout_graceful_shutdown=5)


def _migrate(server: MlflowServer) -> None:
    from mlflow.server.handlers import initialize_backend_stores
    from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine_with_retry

    logging.getLogger("alembic").setLevel(logging.WARNING)
    if (server.folder / "mlflow.db").is_file():
        engine = create_sqlalchemy_engine_with_retry(server.database_url)
        _upgrade_db(engine)
        engine.dispose()
    initialize_backend_stores(server.database_url, server.database_url, "mlflow-artifacts:/")
