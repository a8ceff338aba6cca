"""What cannot start says why, and what is run by others is only looked at."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pegbar.errors import ConfigurationError, ServiceError
from pegbar.services import Endpoints, ensure_services, services_status, stop_services
from pegbar.settings import Settings

NO_SPACE = """
from pegbar.errors import DiskFullError
from pegbar.services import ensure_services
from pegbar.settings import load_settings
try:
    ensure_services(load_settings())
except DiskFullError as error:
    print(error)
"""


def test_a_server_that_dies_at_its_start_is_an_error_that_quotes_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken" / "prefect").mkdir(parents=True)
    (tmp_path / "broken" / "prefect" / "__init__.py").write_text("raise RuntimeError('the paint is wet')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    settings = Settings(home=tmp_path / "home", mlflow_tracking_uri="sqlite:////nowhere/mlflow.db")
    with pytest.raises(ServiceError, match="prefect does not start") as raised:
        ensure_services(settings)
    assert "RuntimeError: the paint is wet" in raised.value.what
    assert raised.value.remedy == "pegbar doctor"
    assert stop_services(settings) == []


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(ConfigurationError, match="the home is not a folder") as raised:
        ensure_services(Settings(home=tmp_path / "home"))
    assert "PEGBAR_HOME" in raised.value.remedy


def test_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_SPACE],
        env={**os.environ, "PEGBAR_HOME": str(tmp_path / "home")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "no space left" in done.stdout


def test_servers_named_by_the_settings_are_used_and_not_started(
    services_home: tuple[Settings, Endpoints], tmp_path: Path
) -> None:
    _, running = services_home
    home = tmp_path / "home"
    settings = Settings(
        home=home, prefect_api_url=running.prefect_api_url, mlflow_tracking_uri=running.mlflow_tracking_uri
    )
    endpoints = ensure_services(settings)
    assert (endpoints.prefect_api_url, endpoints.prefect_ui_url) == (running.prefect_api_url, running.prefect_ui_url)
    assert endpoints.prefect_auth_file is None
    assert {status.state for status in services_status(settings)} == {"external"}
    assert not home.exists()
    assert stop_services(settings) == []


def test_an_external_server_that_is_away_is_named_with_its_address(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, prefect_api_url="http://127.0.0.1:9/api")
    with pytest.raises(ServiceError, match=r"prefect at http://127\.0\.0\.1:9/api does not answer"):
        ensure_services(settings)
    prefect = next(status for status in services_status(settings) if status.name == "prefect")
    assert prefect.state == "unreachable"
