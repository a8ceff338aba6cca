"""The worker and what it runs: whose process is whose, and none is left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pegbar.errors import ConfigurationError
from pegbar.services import services_status, want_no_worker, want_worker
from pegbar.services.base import service_folder
from pegbar.services.state import MARKER, ServiceState, marker, strays, write_state
from pegbar.services.stop import end_processes
from pegbar.settings import Settings

# A worker that starts a night in a session of its own, says its id, and waits.
WORKER = """
import subprocess, sys, time
night = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], start_new_session=True)
print(night.pid, flush=True)
time.sleep(60)
"""
NIGHT = """
import sys, time
from pathlib import Path
from pegbar.services.worker import die_with_worker
die_with_worker(Path(sys.argv[1]))
(Path(sys.argv[1]) / "tied").touch()
time.sleep(60)
"""


def worker_of(home: Path, night: str, is_marked: bool = True) -> tuple["subprocess.Popen[str]", psutil.Process]:
    """Start a worker of a home with one night, and remember it as the home's."""
    environment = os.environ | ({MARKER: marker("worker", home)} if is_marked else {})
    command = [sys.executable, "-c", WORKER, night, str(home)]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    made = psutil.Process(worker.pid).create_time()
    service_folder(home).mkdir(parents=True, exist_ok=True)
    state = ServiceState(name="worker", pid=worker.pid, create_time=made, port=1, version="1", log=home / "log")
    write_state(state, home)
    assert worker.stdout is not None
    return worker, psutil.Process(int(worker.stdout.readline()))


def test_what_a_living_worker_runs_is_its_own_and_what_a_dead_one_left_is_ended(tmp_path: Path) -> None:
    worker, night = worker_of(tmp_path, "import time; time.sleep(60)")
    with worker:
        assert strays("worker", tmp_path) == []
        worker.kill()
    assert strays("worker", tmp_path) == [night]
    end_processes(strays("worker", tmp_path))
    assert not night.is_running() or night.status() == psutil.STATUS_ZOMBIE


def test_a_night_of_the_managed_worker_does_not_outlive_it(tmp_path: Path) -> None:
    worker, night = worker_of(tmp_path, NIGHT)
    with worker:
        _wait_for(tmp_path / "tied")
        worker.kill()
        assert psutil.wait_procs([night], timeout=5)[1] == []


def test_a_night_that_somebody_else_started_is_not_tied_to_anything(tmp_path: Path) -> None:
    worker, night = worker_of(tmp_path, NIGHT, is_marked=False)
    with worker:
        _wait_for(tmp_path / "tied")
        worker.kill()
        time.sleep(0.2)
        assert night.is_running()
        night.kill()


def test_a_home_has_a_worker_only_while_it_wants_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    names = [["prefect", "mlflow"], ["prefect", "mlflow", "worker"], ["prefect", "mlflow"]]
    for change, expected in zip((want_no_worker, want_worker, want_no_worker), names, strict=True):
        change(tmp_path)
        assert [status.name for status in services_status(settings)] == expected


def test_a_home_that_is_a_file_has_no_worker(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(ConfigurationError, match="not a folder"):
        want_worker(tmp_path / "home")


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
