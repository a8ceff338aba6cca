"""Every setting the embedded profile writes is in force in the running servers and in a fresh client process."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

from pegbar.services import Endpoints, services_status
from pegbar.services.base import ask
from pegbar.services.prefect_server import PrefectServer, read_auth
from pegbar.settings import Settings

Running = tuple[Settings, Endpoints]

CLIENT = """
import json, os
from pathlib import Path
from pegbar.services import find_endpoints
from pegbar.settings import load_settings
find_endpoints(load_settings()).apply()
import mlflow
from mlflow.environment_variables import MLFLOW_ALLOW_PICKLE_DESERIALIZATION, MLFLOW_DISABLE_TELEMETRY
from prefect._internal.analytics.enabled import is_telemetry_enabled
from prefect.settings import get_current_settings
now = get_current_settings()
with mlflow.start_run() as run:
    mlflow.log_text("drawn", "note é.txt")
print(json.dumps({
    "api_url": now.api.url, "auth": now.api.auth_string.get_secret_value(), "home": str(now.home),
    "ephemeral": now.server.ephemeral.enabled, "serializer": now.results.default_serializer,
    "results": str(now.results.local_storage_path), "heartbeat": now.flows.heartbeat_frequency,
    "analytics": now.server.analytics_enabled, "prefect_telemetry": is_telemetry_enabled(),
    "tracking": mlflow.get_tracking_uri(), "registry": mlflow.get_registry_uri(),
    "pickle": MLFLOW_ALLOW_PICKLE_DESERIALIZATION.get(), "mlflow_telemetry_off": MLFLOW_DISABLE_TELEMETRY.get(),
    "do_not_track": os.environ["DO_NOT_TRACK"], "dvc": os.environ["DVC_NO_ANALYTICS"],
    "gx": os.environ["GX_ANALYTICS_ENABLED"], "no_proxy": os.environ["NO_PROXY"],
    "artifacts": run.info.artifact_uri, "run_id": run.info.run_id,
}))
"""


@pytest.fixture(scope="module")
def server(services_home: Running) -> dict[str, Any]:
    """Give what the running Prefect server says its settings are."""
    settings, endpoints = services_home
    auth = read_auth(PrefectServer(home=settings.home).auth_file)
    answer = ask(f"{endpoints.prefect_api_url}/admin/settings", auth=auth)
    assert answer is not None
    return dict(json.loads(answer.body))


@pytest.fixture(scope="module")
def client(services_home: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give the settings of a client started in another folder, with an environment meant for other servers."""
    quiet = ("PREFECT_", "MLFLOW_", "DO_NOT_TRACK", "DVC_", "GX_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(quiet)}
    environment |= {
        "PEGBAR_HOME": str(services_home[0].home),
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_PROFILE": "work",
        "MLFLOW_REGISTRY_URI": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "example.org",
    }
    folder = tmp_path_factory.mktemp("elsewhere")
    done = subprocess.run(
        [sys.executable, "-c", CLIENT], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout.splitlines()[-1]), "left_in_folder": sorted(folder.iterdir())}


def test_leases_are_on_disk(server: dict[str, Any]) -> None:
    storage = server["server"]["concurrency"]["lease_storage"]
    assert storage == "prefect.server.concurrency.lease_storage.filesystem"


def test_flow_runs_and_events_are_vacuumed_after_90_days(server: dict[str, Any]) -> None:
    vacuum = server["server"]["services"]["db_vacuum"]
    assert sorted(vacuum["enabled"]) == ["events", "flow_runs"]
    assert vacuum["retention_period"] in (7_776_000, 7_776_000.0, "P90D")


def test_the_server_sends_nothing_home(server: dict[str, Any]) -> None:
    assert server["server"]["analytics_enabled"] is False
    assert server["server"]["ephemeral"]["enabled"] is False


def test_the_database_is_in_the_home(services_home: Running, server: dict[str, Any]) -> None:
    assert Path(server["home"]) == services_home[0].home / "prefect"
    assert (services_home[0].home / "prefect" / "prefect.db").stat().st_size > 0
    assert (services_home[0].home / "mlflow" / "mlflow.db").stat().st_size > 0


def test_the_api_wants_credentials_that_only_the_owner_can_read(services_home: Running) -> None:
    settings, endpoints = services_home
    path = PrefectServer(home=settings.home).auth_file
    assert path.stat().st_mode & 0o777 == 0o600
    for auth in (None, "pegbar:", "pegbar:guess"):
        answer = ask(f"{endpoints.prefect_api_url}/admin/version", auth=auth)
        assert answer is not None
        assert answer.status == 401
    assert read_auth(path) not in repr(endpoints)


def test_the_ui_asks_the_port_it_was_served_from(services_home: Running) -> None:
    endpoints = services_home[1]
    page, answer = ask(endpoints.prefect_ui_url), ask(f"{endpoints.prefect_ui_url}/ui-settings")
    assert page is not None
    assert page.status == 200
    assert answer is not None
    assert json.loads(answer.body)["api_url"] == endpoints.prefect_api_url


def test_both_listen_on_loopback_only_each_as_one_process(services_home: Running) -> None:
    for status in services_status(services_home[0]):
        process = psutil.Process(status.pid)
        listening = [one.laddr.ip for one in process.net_connections() if one.status == psutil.CONN_LISTEN]
        assert listening == ["127.0.0.1"]
        assert process.children() == []


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_mlflow_refuses_strangers_pages(services_home: Running, headers: dict[str, str]) -> None:
    url = f"{services_home[1].mlflow_tracking_uri}/api/2.0/mlflow/experiments/create"
    body = json.dumps({"name": "from a page"}).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **headers})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
    assert refused.value.code == 403


def test_a_client_speaks_to_the_home_and_to_nobody_else(services_home: Running, client: dict[str, Any]) -> None:
    settings, endpoints = services_home
    assert client["api_url"] == endpoints.prefect_api_url
    assert client["tracking"] == client["registry"] == endpoints.mlflow_tracking_uri
    assert client["home"] == str(settings.home / "prefect")
    assert client["auth"] == read_auth(PrefectServer(home=settings.home).auth_file)
    assert client["no_proxy"] == "example.org,127.0.0.1,localhost"


def test_a_client_neither_pickles_nor_phones_home(client: dict[str, Any]) -> None:
    assert (client["serializer"], client["pickle"], client["ephemeral"]) == ("json", False, False)
    assert (client["analytics"], client["prefect_telemetry"], client["mlflow_telemetry_off"]) == (False, False, True)
    assert (client["do_not_track"], client["dvc"], client["gx"]) == ("1", "1", "false")
    assert client["heartbeat"] == 30


def test_results_and_artifacts_lie_in_the_home_whatever_the_folder(
    services_home: Running, client: dict[str, Any]
) -> None:
    home = services_home[0].home
    assert client["results"] == str(home / "prefect" / "results")
    assert client["left_in_folder"] == []
    kept = home / "mlflow" / "artifacts" / "0" / client["run_id"] / "artifacts" / "note é.txt"
    assert kept.read_text() == "drawn"
    assert client["artifacts"].startswith("mlflow-artifacts:/")
