"""Servers are found again, started once however many ask, healed after any kill, and stopped without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pegbar.errors import ServiceError
from pegbar.services import Endpoints, ensure_services, services_status, stop_services
from pegbar.services.base import ServiceName, service_folder
from pegbar.services.state import ServiceState, marked_processes, read_state
from pegbar.settings import Settings

NAMES: tuple[ServiceName, ...] = ("prefect", "mlflow")
ENSURE = """
from pegbar.services import ensure_services
from pegbar.settings import load_settings
print(ensure_services(load_settings()).model_dump_json())
"""


def ensure_elsewhere(home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PEGBAR_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-c", ENSURE], env=environment, stdout=subprocess.PIPE, text=True)


def states(home: Path) -> dict[ServiceName, ServiceState]:
    found = {name: read_state(name, home) for name in NAMES}
    return {name: state for name, state in found.items() if state is not None}


def pids(home: Path) -> dict[ServiceName, list[int]]:
    return {name: [process.pid for process in marked_processes(name, home)] for name in NAMES}


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, list[Endpoints]]]:
    """Give a home that three processes started the servers of at the same time, and what each was told."""
    settings = Settings(home=tmp_path_factory.mktemp("raced") / "home")
    started = [ensure_elsewhere(settings.home) for _ in range(3)]
    try:
        told = [Endpoints.model_validate_json(process.communicate(timeout=200)[0]) for process in started]
        yield settings, told
    finally:
        stop_services(settings)


def test_three_starts_at_once_give_one_server_each(raced: tuple[Settings, list[Endpoints]]) -> None:
    settings, told = raced
    ensure_services(settings)
    assert told[0] == told[1] == told[2]
    assert pids(settings.home) == {name: [state.pid] for name, state in states(settings.home).items()}


def test_servers_outlive_their_starter_and_are_found_at_once(services_home: tuple[Settings, Endpoints]) -> None:
    settings, endpoints = services_home
    before = pids(settings.home)
    began = time.monotonic()
    assert ensure_services(settings) == endpoints
    assert time.monotonic() - began < 2
    assert Endpoints.model_validate_json(ensure_elsewhere(settings.home).communicate(timeout=60)[0]) == endpoints
    assert pids(settings.home) == before


def test_killed_servers_come_back_and_a_taken_port_is_left_alone(raced: tuple[Settings, list[Endpoints]]) -> None:
    settings, _ = raced
    ensure_services(settings)
    before = states(settings.home)
    for state in before.values():
        os.kill(state.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(state.pid) for state in before.values() if psutil.pid_exists(state.pid)], 10)
    assert {status.state for status in services_status(settings)} == {"stopped"}
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", before["mlflow"].port))
        squatter.listen()
        ensure_services(settings)
    after = states(settings.home)
    assert after["prefect"].port == before["prefect"].port
    assert after["mlflow"].port != before["mlflow"].port
    assert pids(settings.home) == {name: [state.pid] for name, state in after.items()}


def test_a_lost_or_torn_state_leaves_no_second_server(raced: tuple[Settings, list[Endpoints]]) -> None:
    settings, _ = raced
    ensure_services(settings)
    before = pids(settings.home)
    (service_folder(settings.home) / "prefect.json").unlink()
    (service_folder(settings.home) / "mlflow.json").write_text('{"name": "mlf')
    ensure_services(settings)
    after = pids(settings.home)
    assert [len(found) for found in after.values()] == [1, 1]
    assert all(after[name] != before[name] for name in NAMES)


def test_a_state_that_names_a_strangers_process_never_has_it_stopped(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        try:
            made = psutil.Process(stranger.pid).create_time()
            state = ServiceState(
                name="mlflow", pid=stranger.pid, create_time=made, port=1, version="1", log=tmp_path / "log"
            )
            service_folder(settings.home).mkdir(parents=True)
            (service_folder(settings.home) / "mlflow.json").write_text(state.model_dump_json())
            assert stop_services(settings) == []
            assert {status.state for status in services_status(settings)} == {"stopped"}
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_server_that_hangs_is_an_error_with_its_log(raced: tuple[Settings, list[Endpoints]]) -> None:
    settings, _ = raced
    ensure_services(settings)
    stopped = states(settings.home)["prefect"].pid
    os.kill(stopped, signal.SIGSTOP)
    try:
        with pytest.raises(ServiceError, match="prefect does not answer as it should after 0 s") as raised:
            ensure_services(settings, limit_seconds=0.1)
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert "prefect.log" in raised.value.what
    assert raised.value.remedy == "pegbar doctor"


def test_down_stops_everything_once(raced: tuple[Settings, list[Endpoints]]) -> None:
    settings, _ = raced
    ensure_services(settings)
    running = pids(settings.home)
    assert stop_services(settings) == [f"{name} (pid {running[name][0]})" for name in NAMES]
    assert pids(settings.home) == {"prefect": [], "mlflow": []}
    assert stop_services(settings) == []
    assert {status.state for status in services_status(settings)} == {"stopped"}


def test_states_are_plain_json(services_home: tuple[Settings, Endpoints]) -> None:
    content = json.loads((service_folder(services_home[0].home) / "mlflow.json").read_text())
    assert sorted(content) == ["create_time", "log", "name", "pid", "port", "version"]
