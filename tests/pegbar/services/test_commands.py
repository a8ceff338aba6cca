"""The commands as a person and a script use them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pegbar.cli import services
from pegbar.services import Endpoints, services_status
from pegbar.settings import Settings

app = typer.Typer()
services.register(app)
Running = tuple[Settings, Endpoints]


def test_up_finds_what_runs_and_says_where(services_home: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, endpoints = services_home
    monkeypatch.setenv("PEGBAR_HOME", str(settings.home))
    people, script = CliRunner().invoke(app, ["up"]), CliRunner().invoke(app, ["up", "--json"])
    assert people.exit_code == 0
    assert endpoints.prefect_ui_url in people.stdout
    assert endpoints.mlflow_ui_url in people.stdout
    assert json.loads(script.stdout)["prefect_api_url"] == endpoints.prefect_api_url


def test_status_is_one_json_object(services_home: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, endpoints = services_home
    monkeypatch.setenv("PEGBAR_HOME", str(settings.home))
    found = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert found["home"] == str(settings.home)
    assert found["disk_free_bytes"] > 0
    assert [(one["name"], one["state"], one["url"]) for one in found["services"]] == [
        ("prefect", "running", endpoints.prefect_ui_url),
        ("mlflow", "running", endpoints.mlflow_ui_url),
    ]
    assert [one["pid"] for one in found["services"]] == [status.pid for status in services_status(settings)]
    assert all(one["uptime_seconds"] >= 0 for one in found["services"])


def test_down_says_when_nothing_runs_and_touches_nothing(home: Path) -> None:
    done = CliRunner().invoke(app, ["down"])
    assert (done.exit_code, done.stdout) == (0, f"nothing was running for {home}\n")
    assert not home.exists()


def test_doctor_ends_with_6_and_the_remedy_when_something_is_broken(home: Path) -> None:
    home.touch()
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 6
    for name in ("python", "fastapi with prefect", "disk", "journal", "mlflow server"):
        assert name in done.stdout
    assert f"home: the home is not a folder: {home}\n  next: name another home" in done.stdout
    assert done.stdout.count("next:") == len([word for word in done.stdout.split() if word in ("broken", "warning")])


def test_doctor_finds_nothing_broken_beside_running_servers(
    services_home: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, endpoints = services_home
    monkeypatch.setenv("PEGBAR_HOME", str(settings.home))
    done = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(done.stdout)
    checks = {check["name"]: check for check in report["checks"]}
    assert done.exit_code == 0, [check for check in checks.values() if check["state"] == "broken"]
    assert checks["prefect running"]["found"] == endpoints.prefect_ui_url
    assert checks["credentials"]["state"] == "ok"
