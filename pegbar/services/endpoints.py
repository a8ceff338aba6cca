"""Where the servers of a home are, and the settings with which a process becomes their client."""

import os
import sys
from pathlib import Path

from pegbar.config import Config
from pegbar.services.base import HOST
from pegbar.services.prefect_server import read_auth

# Seconds; the smallest that Prefect takes. Detection of a dead run waits for three.
HEARTBEAT_SECONDS = 30

# The same for every home and profile.
FIXED: dict[str, str] = {
    # Fail at once, and never start the temporary server, which loses task runs when the script ends.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # Pickled results would run code when read.
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    # What went wrong is said by the command, in two lines; the rest is on the server's page.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLI_PROMPT": "false",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
# Left by a person for other work; each would send part of ours to another place.
UNWANTED = ("PREFECT_PROFILE", "PREFECT_API_KEY", "MLFLOW_REGISTRY_URI")


class Endpoints(Config):
    """Addresses of the Prefect and MLflow servers that this home uses.

    Args:
        home: the home whose results folder and Prefect profile the clients use.
        prefect_api_url: address of the API, with ``/api``.
        prefect_ui_url: what to open in a browser.
        mlflow_tracking_uri: tracking and registry.
        mlflow_ui_url: what to open in a browser.
        prefect_auth_file: credentials of the managed server; None leaves the environment's own.
    """

    home: Path
    prefect_api_url: str
    prefect_ui_url: str
    mlflow_tracking_uri: str
    mlflow_ui_url: str
    prefect_auth_file: Path | None = None

    def environment(self) -> dict[str, str]:
        """Every variable that `apply` sets; it holds a secret, so it is never printed."""
        own = {
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_API_URL": self.prefect_api_url,
            "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(self.home / "prefect" / "results"),
            "MLFLOW_TRACKING_URI": self.mlflow_tracking_uri,
        }
        if self.prefect_auth_file is not None:
            own["PREFECT_API_AUTH_STRING"] = read_auth(self.prefect_auth_file)
        for name in ("no_proxy", "NO_PROXY"):
            own[name] = _with_loopback(os.environ.get(name, ""))
        return FIXED | own

    def apply(self) -> None:
        """Make this process, and those it starts, clients of these servers. Call it before importing either."""
        for name in UNWANTED:
            os.environ.pop(name, None)
        os.environ.update(self.environment())
        if "prefect.context" in sys.modules:
            from prefect.context import refresh_global_settings_context

            refresh_global_settings_context()
        if "mlflow" in sys.modules:
            import mlflow

            mlflow.set_tracking_uri(self.mlflow_tracking_uri)
            mlflow.set_registry_uri(self.mlflow_tracking_uri)


def _with_loopback(hosts: str) -> str:
    known = [host for host in hosts.split(",") if host.strip()]
    return ",".join([*known, *(host for host in (HOST, "localhost") if host not in known)])
