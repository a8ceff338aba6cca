"""A flow runs against the managed server, and the server keeps every one of its task runs."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any

from pegbar.services import Endpoints
from pegbar.services.prefect_server import PrefectServer, read_auth
from pegbar.settings import Settings

NUM_TASKS = 40

FLOW = f"""
from pegbar.services import ensure_services
from pegbar.settings import load_settings
ensure_services(load_settings()).apply()
from prefect import flow, task

@task(persist_result=True)
def draw(index: int) -> dict[str, int]:
    return {{"frame": index}}

@flow
def film() -> int:
    return len([draw(index) for index in range({NUM_TASKS})])

print(film(return_state=True).state_details.flow_run_id)
"""


def post(endpoints: Endpoints, settings: Settings, path: str, body: dict[str, Any]) -> Any:
    auth = b64encode(read_auth(PrefectServer(home=settings.home).auth_file).encode()).decode()
    request = urllib.request.Request(
        f"{endpoints.prefect_api_url}/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Basic {auth}"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
        return json.load(response)


def test_every_task_run_of_a_finished_flow_is_recorded(
    services_home: tuple[Settings, Endpoints], tmp_path: Path
) -> None:
    settings, endpoints = services_home
    script = tmp_path / "film.py"
    script.write_text(FLOW)
    environment = {**os.environ, "PEGBAR_HOME": str(settings.home)}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run = {"flow_runs": {"id": {"any_": [done.stdout.split()[-1]]}}}
    finished = {**run, "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    deadline = time.monotonic() + 60
    while (count := post(endpoints, settings, "task_runs/count", finished)) < NUM_TASKS:
        assert time.monotonic() < deadline, f"{count} of {NUM_TASKS} task runs are recorded"
        time.sleep(0.5)
    assert post(endpoints, settings, "task_runs/count", run) == NUM_TASKS
    results = [json.loads(path.read_text()) for path in (settings.home / "prefect" / "results").iterdir()]
    assert len(results) == NUM_TASKS
    assert {result["metadata"]["serializer"]["type"] for result in results} == {"json"}
