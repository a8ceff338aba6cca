"""The whole line on two short cartoons: once undisturbed, once killed at six places and resumed."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pegbar.digests import digest_file
from pegbar.journal import Journal
from pegbar.services import find_endpoints, stop_services
from pegbar.settings import Settings
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_films
from pegbar.workspace import Workspace

TESTS = Path(__file__).parent.parent
PEGBAR = Path(sys.executable).with_name("pegbar")
MODEL = "toon-smoke"
KILLED_AT = (
    "assemble:mid_write",
    "version:before_push",
    "train:before_emit",
    "evaluate:before_manifest",
    "register:after_create",
    "promote:after_log",
)
TASKS = {
    "ingest-films": 1,
    "forecast-space": 1,
    "see-shard": 1,
    "compare-films": 1,
    "curate-shard": 1,
    "apply-edits": 1,
    "funnel": 1,
    "assemble-dataset": 1,
    "gate-dataset": 1,
    "version-dataset": 1,
    "build-base": 1,
    "train-stage": 4,
    "gate-stage": 4,
    "fetch-model": 2,
    "evaluate": 1,
    "register": 1,
    "promote": 1,
    "generate": 1,
    "report": 1,
}


@dataclass
class Run:
    """A home, the films it works on, and what its lifecycle printed."""

    settings: Settings
    films: Path
    printed: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(self.settings.home / "workspace")

    def environment(self, **more: str) -> dict[str, str]:
        return os.environ | {"PEGBAR_HOME": str(self.settings.home), "PYTHONPATH": str(TESTS.parent)} | more

    def lifecycle(self, **more: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            str(TESTS / "lifecycle_process.py"),
            str(self.films),
            str(self.settings.home / "out"),
        ]
        return subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, check=False)

    def pegbar(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(PEGBAR), *arguments]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    render_films(folder, 2, 11, ToonboxConfig(width=192, height=144, min_seconds=12, max_seconds=13))
    return folder


@pytest.fixture(scope="module")
def undisturbed(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(Settings(home=tmp_path_factory.mktemp("undisturbed")), films)
    done = run.lifecycle()
    assert done.returncode == 0, done.stderr[-3000:]
    run.printed = json.loads(done.stdout)
    yield run
    stop_services(run.settings)


@pytest.fixture(scope="module")
def killed(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(Settings(home=tmp_path_factory.mktemp("killed")), films)
    for place in KILLED_AT:
        died = run.lifecycle(PEGBAR_KILL_AT=place)
        assert died.returncode == -9, f"{place}: {died.returncode} {died.stderr[-3000:]}"
    done = run.pegbar("resume", "--json")
    assert done.returncode == 0, done.stderr[-3000:]
    run.printed = json.loads(done.stdout)
    yield run
    stop_services(run.settings)


def files_of(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): digest_file(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def registry_of(run: Run) -> Any:
    import mlflow

    uri = find_endpoints(run.settings).mlflow_tracking_uri
    return mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)  # another test's registry may be set in this process


def prefect_of(run: Run, path: str, body: dict[str, Any]) -> Any:
    import httpx

    endpoints = find_endpoints(run.settings)
    user, _, password = endpoints.environment()["PREFECT_API_AUTH_STRING"].partition(":")
    answer = httpx.post(f"{endpoints.prefect_api_url}/{path}", json=body, auth=(user, password), timeout=30)
    return answer.raise_for_status().json()


def task_runs_of(run: Run) -> list[dict[str, Any]]:
    """Every task run the server has, once its events have drained."""
    no_flows = {"subflow_runs": {"exists_": False}}
    found: list[dict[str, Any]] = []
    for _ in range(60):
        found = prefect_of(run, "task_runs/filter", {"limit": 200, "task_runs": no_flows})
        if len(found) >= sum(TASKS.values()) and all(task["state_type"] == "COMPLETED" for task in found):
            break
        time.sleep(0.5)
    return found


def test_the_line_ends_with_a_champion_a_story_and_a_report(undisturbed: Run) -> None:
    printed = undisturbed.printed
    assert (printed["model"], printed["champion"]) == (MODEL, "1")
    story = Path(printed["story"])
    assert (story / "story.mp4").stat().st_size > 1000
    assert json.loads((story / "story.json").read_text())["dataset_digest"] == printed["dataset_digest"]
    page = Path(printed["report"]).read_text()
    assert printed["revision"][:12] in page
    assert all(f"assets/{path.name}" in page for path in (Path(printed["report"]).parent / "assets").iterdir())


def test_prefect_has_every_task_run(undisturbed: Run) -> None:
    found = task_runs_of(undisturbed)
    assert {task["state_type"] for task in found} == {"COMPLETED"}
    assert Counter(task["name"].rsplit("-", 1)[0] for task in found) == TASKS


def test_mlflow_has_runs_lineage_and_aliases(undisturbed: Run) -> None:
    client = registry_of(undisturbed)
    experiments = [found.experiment_id for found in client.search_experiments()]
    runs = client.search_runs(experiments)
    assert {run.info.status for run in runs} == {"FINISHED"}
    training = [run for run in runs if run.data.tags.get("pegbar.stage")]
    assert len(training) == 4
    assert all(run.inputs.dataset_inputs for run in training)
    assert all(run.data.tags["mlflow.source.git.commit"] for run in training)
    assert {run.data.tags["pegbar.data_revision"] for run in training} == {undisturbed.printed["revision"]}
    assert client.get_registered_model(MODEL).aliases == {"champion": "1"}
    version = client.get_model_version(MODEL, "1")
    assert version.tags["pegbar.data_revision"] == undisturbed.printed["revision"]


def test_the_same_command_again_changes_nothing(undisturbed: Run) -> None:
    before = files_of(undisturbed.workspace.data)
    again = undisturbed.lifecycle()
    assert again.returncode == 0, again.stderr[-3000:]
    assert {**json.loads(again.stdout)} == undisturbed.printed
    assert files_of(undisturbed.workspace.data) == before
    assert len(undisturbed.workspace.versions()) == 1
    assert len(registry_of(undisturbed).search_model_versions(f"name = '{MODEL}'")) == 1


def test_training_by_hand_finds_the_same_version(undisturbed: Run) -> None:
    done = undisturbed.pegbar("train", "smoke", "--workspace", str(undisturbed.workspace.root))
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith(f"{MODEL}/1: Mean {undisturbed.printed['mean']:.4f}")


def test_killed_six_times_it_ends_with_the_same_bytes_and_one_version(undisturbed: Run, killed: Run) -> None:
    assert files_of(killed.workspace.data) == files_of(undisturbed.workspace.data)
    assert killed.printed["dataset_digest"] == undisturbed.printed["dataset_digest"]
    assert killed.printed["mean"] == undisturbed.printed["mean"]
    assert len(killed.workspace.versions()) == 1
    client = registry_of(killed)
    assert [found.version for found in client.search_model_versions(f"name = '{MODEL}'")] == ["1"]
    assert client.get_registered_model(MODEL).aliases == {"champion": "1"}


def test_after_the_kills_nothing_is_left_running(killed: Run) -> None:
    journal = Journal.open(killed.settings.effective_journal_url)
    try:
        (run,) = journal.runs()
        promotions = [row.action for row in journal.promotion_log(MODEL)]
    finally:
        journal.close()
    assert (run.outcome, run.attempts) == ("completed", len(KILLED_AT) + 1)
    assert promotions.count("promoted") == 1
    states = {found["state_type"] for found in prefect_of(killed, "flow_runs/filter", {"limit": 200})}
    assert states <= {"COMPLETED", "CRASHED"}
    client = registry_of(killed)
    runs = client.search_runs([found.experiment_id for found in client.search_experiments()])
    assert {found.info.status for found in runs} <= {"FINISHED", "KILLED"}


def test_a_real_film_with_its_script_is_curated_gated_and_versioned(
    undisturbed: Run, shared_films: Path, tmp_path: Path
) -> None:
    assert undisturbed.pegbar("init", str(tmp_path / "w")).returncode == 0
    film = shared_films / "anim_director_32" / "film.mp4"
    done = undisturbed.pegbar("curate", str(film), "--workspace", str(tmp_path / "w"), "--json")
    assert done.returncode == 0, done.stderr[-3000:]
    workspace = Workspace.open(tmp_path / "w")
    dataset = workspace.dataset()
    dataset.verify()
    assert json.loads(done.stdout)["revision"] == workspace.versions()[0].revision
    assert json.loads((workspace.gate / "gate.json").read_text())["passed"] is True
    starts = [shot.start_frame for shot in dataset.shots()]
    cuts = json.loads((film.parent / "film.cuts.json").read_text())
    assert starts == [0, *cuts]
    assert all(story.is_annotated for story in dataset.stories())
