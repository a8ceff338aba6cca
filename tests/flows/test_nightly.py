"""A night as a real deployment: run by the worker, killed for real, gone on with, and what people are told of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest
import typer
from prefect.client.schemas.objects import StateType
from typer.testing import CliRunner

from flows.nightly import Night, Request, nightly, run_night
from flows.schedules import PREFECT_FILE
from pegbar.cli import schedule
from pegbar.dead_runs import close_after_worker
from pegbar.errors import NotFoundError, SourceError, UsageError
from pegbar.journal import Journal, Run
from pegbar.services import Endpoints, ensure_services, services_status, stop_worker, want_no_worker
from pegbar.services.prefect_server import PrefectServer, read_auth
from pegbar.services.state import marked_processes, read_state
from pegbar.settings import Settings, load_settings
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_films
from pegbar.workspace import Workspace

SIZE = ToonboxConfig(width=192, height=144, min_seconds=8, max_seconds=9)
KEPT_SEEDS = (12, 14)  # the gates keep what these draw at this size
NAME = "test"
TELL = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"
PATIENCE_SECONDS = 240.0
FoundT = TypeVar("FoundT")
app = typer.Typer()
schedule.register(app)


@dataclass
class Nights:
    """A home with a scheduled workspace, and a file that keeps every notice."""

    settings: Settings
    endpoints: Endpoints
    workspace: Workspace
    films: Path
    notices: Path

    @property
    def request(self) -> Request:
        return Request(workspace=self.workspace.root, sources=(str(self.films),), accept_drift=True)

    def told(self) -> list[dict[str, Any]]:
        lines = self.notices.read_text().splitlines() if self.notices.is_file() else []
        return [json.loads(line) for line in lines]

    def journal(self) -> closing[Journal]:
        return closing(Journal.open(self.settings.effective_journal_url))

    def runs(self) -> list[Run]:
        with self.journal() as journal:
            return [run for run in journal.runs() if run.workspace == str(self.workspace.root)]

    def steps(self, run: Run) -> list[str]:
        with self.journal() as journal:
            return [attempt.step for attempt in journal.attempts(run_id=run.run_id)]

    def prefect(self, path: str, body: dict[str, Any]) -> httpx.Response:
        user, _, password = read_auth(PrefectServer(home=self.settings.home).auth_file).partition(":")
        return httpx.post(f"{self.endpoints.prefect_api_url}/{path}", json=body, auth=(user, password), timeout=30)

    def state(self, name: str) -> tuple[str, str, str]:
        """Return type, name and message of a night's state in Prefect."""
        (found,) = self.prefect("flow_runs/filter", {"flow_runs": {"name": {"any_": [name]}}}).json()
        return found["state_type"], found["state_name"], found["state"]["message"]

    def deployment(self, name: str) -> dict[str, Any]:
        (found,) = self.prefect("deployments/filter", {"deployments": {"name": {"any_": [name]}}}).json()
        return dict(found)

    def add(self, cron: str) -> None:
        where = ("--workspace", str(self.workspace.root), "--accept-drift", "--name", NAME)
        pegbar("add", str(self.films), *where, "--cron", cron)

    def begun_by_the_clock(self) -> str:
        """Schedule a night for every minute, and return the first one's name once it is under way."""
        self.add("* * * * *")
        running = {"state": {"type": {"any_": ["RUNNING"]}}}
        ours = {"flow_runs": running, "deployments": {"name": {"any_": [NAME]}}}
        night = until(lambda: self.prefect("flow_runs/filter", ours).json())[0]
        self.add("0 2 * * *")
        assert night["auto_scheduled"]
        return str(night["name"])

    def slots_taken(self) -> int:
        """Return how many nights the deployment believes to be under way."""
        return int(self.deployment(NAME)["global_concurrency_limit"]["active_slots"])


def pegbar(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["schedule", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.stdout
    return done.stdout


def begin() -> str:
    return pegbar("run", NAME).split("begins as ")[1].split()[0]


def until(find: Callable[[], FoundT | None]) -> FoundT:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def nights(services_home: tuple[Settings, Endpoints], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    settings, endpoints = services_home
    folder = tmp_path_factory.mktemp("nights")
    render_films(folder / "films", 1, KEPT_SEEDS[0], SIZE)
    tell = [sys.executable, "-c", TELL, str(folder / "notices")]
    (settings.home / "settings.toml").write_text(f"[notify]\ncommand = {json.dumps(tell)}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEGBAR_HOME", str(settings.home))
        workspace = Workspace.create(folder / "workspace")
        made = Nights(load_settings(), endpoints, workspace, folder / "films", folder / "notices")
        made.add("0 2 * * *")
        yield made
    (settings.home / "settings.toml").unlink()
    want_no_worker(settings.home)
    stop_worker(settings)


@dataclass
class Killed:
    """What was seen while a night's worker, then the next night itself were killed, and a third went on."""

    orphan_lived: bool
    workers: tuple[int, int]
    slots_after_worker: int
    names: tuple[str, str, str]
    first_death: dict[str, Any]
    second_death: dict[str, Any]
    runs: list[Run]


@pytest.fixture(scope="module")
def killed(nights: Nights) -> Killed:
    home = nights.settings.home
    orphan = begin()
    run = until(lambda: next((run for run in nights.runs() if run.outcome is None), None))
    process, worker = psutil.Process(run.pid), until(lambda: read_state("worker", home))
    os.kill(worker.pid, signal.SIGKILL)
    gone, _ = psutil.wait_procs([process], timeout=10)
    ensure_services(nights.settings)
    slots, (first,) = nights.slots_taken(), nights.told()

    dead = begin()
    run = until(lambda: next((run for run in nights.runs() if run.outcome is None and nights.steps(run)), None))
    os.kill(run.pid, signal.SIGKILL)
    second = until(lambda: nights.told()[1:])[0]
    until(lambda: nights.state(dead)[0] == "CRASHED")

    finished = nights.begun_by_the_clock()
    until(lambda: nights.state(finished)[0] not in ("SCHEDULED", "PENDING", "RUNNING"))
    after = until(lambda: read_state("worker", home))
    return Killed(
        orphan_lived=process not in gone,
        workers=(worker.pid, after.pid),
        slots_after_worker=slots,
        names=(orphan, dead, finished),
        first_death=first,
        second_death=second,
        runs=nights.runs(),
    )


@pytest.fixture(scope="module")
def grown(nights: Nights, killed: Killed) -> tuple[Night, list[str]]:
    """Give the night after a film was added, and the steps it made."""
    render_films(nights.films, 1, KEPT_SEEDS[1], SIZE)
    night = run_night(nights.settings, nights.request)
    return night, nights.steps(nights.runs()[0])


def test_a_worker_that_is_killed_takes_its_night_along_and_comes_back(nights: Nights, killed: Killed) -> None:
    assert not killed.orphan_lived
    assert killed.workers[0] != killed.workers[1]
    assert (nights.state(killed.names[0])[0], killed.slots_after_worker) == ("CRASHED", 0)
    assert killed.first_death["event"] == "run_died"


def test_a_night_that_is_killed_is_told_of_by_the_worker(nights: Nights, killed: Killed) -> None:
    assert nights.state(killed.names[1])[0] == "CRASHED"
    assert killed.second_death["event"] == "run_died"
    assert "is gone" in killed.second_death["text"]
    assert killed.second_death["fields"]["workspace"] == str(nights.workspace.root)


def test_the_night_after_goes_on_with_the_same_run(nights: Nights, killed: Killed) -> None:
    assert nights.state(killed.names[2])[:2] == ("COMPLETED", "Completed")
    (run,) = killed.runs
    assert (run.outcome, run.attempts) == ("completed", 3)
    assert killed.first_death["fields"]["run_id"] == killed.second_death["fields"]["run_id"] == run.run_id
    done = nights.told()[2]
    assert (done["event"], done["fields"]["num_new_films"]) == ("night_done", 1)
    assert nights.state(killed.names[2])[2] == done["text"].removeprefix("workspace: ")


def test_a_night_that_died_before_its_run_began_is_closed_and_told_of(nights: Nights, killed: Killed) -> None:
    body = {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2999-01-01T00:00:00Z"}}}
    night = nights.prefect(f"deployments/{nights.deployment(NAME)['id']}/create_flow_run", body).json()
    nights.prefect(f"flow_runs/{night['id']}/set_state", {"state": {"type": "RUNNING"}, "force": True})
    close_after_worker(nights.settings)
    assert nights.state(night["name"])[0] == "CRASHED"
    assert nights.told()[-1]["event"] == "run_died"
    assert night["name"] in nights.told()[-1]["text"]
    (listed,) = json.loads(pegbar("list", "--json"))
    assert (listed["last_state"], listed["last_message"]) == ("Crashed", "its process died")


def test_one_new_film_is_all_that_is_decoded(nights: Nights, grown: tuple[Night, list[str]]) -> None:
    night, steps = grown
    assert (night.outcome, night.num_films, night.num_new_films) == ("new_version", 2, 1)
    assert (steps.count("probe"), steps.count("survey"), steps.count("clips")) == (1, 1, 1)
    assert night.revision == nights.workspace.versions()[0].revision


def test_a_night_with_nothing_new_makes_no_version_and_says_so(nights: Nights, grown: tuple[Night, list[str]]) -> None:
    state = nightly(nights.request, return_state=True)
    assert (state.name, state.type) == ("NothingNew", StateType.COMPLETED)
    assert str(state.message).startswith("nothing new: version ")
    assert nights.told()[-1]["fields"]["outcome"] == "nothing_new"
    assert nights.steps(nights.runs()[0]) == []
    assert len(nights.workspace.versions()) == 2


def test_a_workspace_that_is_busy_is_left_alone(nights: Nights) -> None:
    before = nights.runs()
    with nights.workspace.claimed("a person's own curation"):
        state = nightly(nights.request, return_state=True)
    assert state.name == "Skipped"
    assert "a person's own curation" in str(state.message)
    assert nights.told()[-1]["event"] == "night_skipped"
    assert nights.runs() == before


def test_a_night_that_fails_is_told_with_the_reason(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    state = nightly(nights.request.but(sources=("/no/such/films",)), return_state=True)
    assert state.is_failed()
    notice = nights.told()[-1]
    assert notice["event"] == "run_failed"
    assert "/no/such/films" in notice["text"]
    caplog.clear()


def test_wrong_parameters_are_refused_by_name_when_they_are_handed_in(nights: Nights) -> None:
    url = f"deployments/{nights.deployment(NAME)['id']}/create_flow_run"
    for wrong, said in (({"nothing": 1}, "nothing"), ({"sources": []}, "sources"), ({"licence": 5}, "licence")):
        request = nights.request.model_dump(mode="json") | wrong
        answer = nights.prefect(url, {"parameters": {"request": request}})
        assert answer.status_code == 409
        assert said in answer.text


def test_prefect_deploys_the_same_from_its_own_file(nights: Nights) -> None:
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(PREFECT_FILE)]
    environment = os.environ | nights.endpoints.environment()
    done = subprocess.run(command, env=environment, cwd=nights.films, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ours, theirs = (nights.deployment(name) for name in (NAME, "nightly"))
    same = ("entrypoint", "path", "pull_steps", "tags", "work_pool_name", "concurrency_options", "description")
    assert [theirs[key] for key in same] == [ours[key] for key in same]
    assert theirs["enforce_parameter_schema"]
    assert theirs["parameter_openapi_schema"] == ours["parameter_openapi_schema"]
    assert theirs["global_concurrency_limit"]["limit"] == 1
    assert [one["schedule"]["cron"] for one in theirs["schedules"]] == ["0 2 * * *"]
    pegbar("remove", "nightly")


def test_a_schedule_is_changed_paused_resumed_and_removed_with_its_worker(nights: Nights) -> None:
    where = ("--workspace", str(nights.workspace.root), "--name", NAME)
    pegbar("add", str(nights.films), *where, "--cron", "30 3 * * 1-5", "--timezone", "Europe/Paris")
    pegbar("pause", NAME)
    (listed,) = json.loads(pegbar("list", "--json"))
    assert (listed["cron"], listed["timezone"], listed["state"]) == ("30 3 * * 1-5", "Europe/Paris", "paused")
    assert listed["sources"] == [str(nights.films)]
    pegbar("resume", NAME)
    assert json.loads(pegbar("list", "--json"))[0]["state"] == "active"
    assert [status.state for status in services_status(nights.settings) if status.name == "worker"] == ["running"]
    assert pegbar("remove", NAME).startswith(f"{NAME} is removed; 0 left")
    assert marked_processes("worker", nights.settings.home) == []
    assert [status.name for status in services_status(nights.settings)] == ["prefect", "mlflow"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cron", "when the moon is full"), "cron"),
        (("--timezone", "Europe/Atlantis"), "timezone"),
        (("--recipe", "nanno"), "no recipe 'nanno'"),
        (("--annotator", "somebody"), "somebody"),
        (("/no/such/films",), "no file or folder /no/such/films"),
    ],
)
def test_a_schedule_that_could_not_run_is_refused(nights: Nights, arguments: tuple[str, ...], said: str) -> None:
    where = ("--workspace", str(nights.workspace.root), "--name", "wrong")
    with pytest.raises((UsageError, SourceError), match=said):
        pegbar("add", str(nights.films), *where, *arguments)
    with pytest.raises(NotFoundError, match="no schedule 'wrong'"):
        pegbar("run", "wrong")
