"""Starts a run, or finishes one that was interrupted: the same call does both.

A run is a row of the journal with its flow and request. Whatever its artifacts already cover is
skipped, so starting the same request again and resuming a killed run are one thing.
"""

import importlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import JsonValue

from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.errors import NotFoundError, PegbarError, StorageError
from pegbar.journal import Journal, Run
from pegbar.services import ensure_services
from pegbar.settings import Settings

if TYPE_CHECKING:
    pass

FlowName = Literal[
    "curate", "edit", "train", "finetune_ip", "evaluate", "candidate", "promote", "generate", "lifecycle"
]
HEARTBEAT_SECONDS = 10.0
WORKSPACE_LEASE_SECONDS = 60.0
NUM_RUNS_LOOKED_AT = 100
INTERRUPTED = ("killed", "failed")
logger = logging.getLogger("pegbar.launch")


class Launch(Config):
    """What to run, on which workspace, with which request (the flow's own class, as JSON)."""

    flow: FlowName
    workspace: Path
    request: dict[str, JsonValue]


def start(settings: Settings, launch: Launch) -> Any:
    """Run a flow to its end and return its result.

    An unfinished run of the same flow, workspace and request is taken over.

    Raises:
        PegbarError: the flow's own errors; the run is then recorded as failed.
    """
    journal = Journal.open(settings.effective_journal_url)
    try:
        return _execute(settings, journal, launch, _interrupted(journal, launch) or _new_run_id())
    finally:
        journal.close()


def resume(settings: Settings, run_id: str | None = None) -> Any:
    """Finish a run that was killed or failed; the latest one unless named.

    Raises:
        NotFoundError: there is no such run, or nothing to resume.
    """
    journal = Journal.open(settings.effective_journal_url)
    try:
        run = _to_resume(journal, run_id)
        launch = Launch.model_validate({"flow": run.flow, **run.recipe})
        return _execute(settings, journal, launch, run.run_id)
    finally:
        journal.close()


def _execute(settings: Settings, journal: Journal, launch: Launch, run_id: str) -> Any:
    endpoints = ensure_services(settings)
    endpoints.apply()
    with journal.leased(f"workspace:{launch.workspace}", holder=run_id, ttl_seconds=WORKSPACE_LEASE_SECONDS):
        recipe = launch.model_dump(mode="json", exclude={"flow"})
        journal.begin_run(run_id, launch.flow, recipe, str(launch.workspace), settings.owner)
        _bury_the_dead(run_id)
        outcome: Literal["completed", "failed"] = "failed"
        error = "interrupted"
        try:
            with _beating(lambda: journal.heartbeat(run_id)):
                result = _call(settings, journal, launch, run_id)
            outcome, error = "completed", ""
            return result
        except PegbarError as failure:
            error = failure.what
            raise
        finally:
            journal.finish_run(run_id, outcome, error)


def _call(settings: Settings, journal: Journal, launch: Launch, run_id: str) -> Any:
    """Import the flow (only now: its settings are in the environment) and call it under its tag."""
    import prefect

    from tasks.context import RunContext

    module = importlib.import_module(f"flows.{launch.flow}")
    flow: Callable[[RunContext, Config], Any] = getattr(module, launch.flow)
    request = module.Request.model_validate(launch.request)
    context = RunContext(settings=settings, workspace=launch.workspace, run_id=run_id)
    with prefect.tags(_tag(run_id)):
        return flow(context, request)


@contextmanager
def _beating(keep_alive: Callable[[], None]) -> Iterator[None]:
    """Call `keep_alive` every few seconds from a thread, until the body ends."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                keep_alive()
            except StorageError as error:
                logger.warning("this heartbeat was missed: %s", error.what)

    thread = threading.Thread(target=beat, name="pegbar-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _bury_the_dead(run_id: str) -> None:
    """Mark what earlier attempts of this run left Running in Prefect and MLflow as dead."""
    import mlflow
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.states import Crashed

    unfinished = {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}, "tags": {"all_": [_tag(run_id)]}}
    with get_client(sync_client=True) as client:
        for flow_run in client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(unfinished)):
            client.set_flow_run_state(flow_run.id, Crashed(message="its process died; resumed"), force=True)
    tracking = mlflow.MlflowClient()
    experiments = [experiment.experiment_id for experiment in tracking.search_experiments()]
    dead = f"attributes.status = 'RUNNING' and tags.`pegbar.run_id` = '{run_id}'"
    for run in tracking.search_runs(experiments, filter_string=dead):
        tracking.set_terminated(run.info.run_id, status="KILLED")


def _interrupted(journal: Journal, launch: Launch) -> str | None:
    """Return the latest run of this very request, if it did not come to its end."""
    journal.reap()
    wanted = digest_of(launch)
    for run in journal.runs(limit=NUM_RUNS_LOOKED_AT):
        if _digest(run) == wanted:
            return run.run_id if run.outcome in INTERRUPTED else None
    return None


def _digest(run: Run) -> str:
    return digest_of({"flow": run.flow, **run.recipe})


def _to_resume(journal: Journal, run_id: str | None) -> Run:
    journal.reap()
    if run_id is not None:
        run = journal.find_run(run_id)
        if run is None:
            raise NotFoundError(f"no run {run_id!r}", remedy="pegbar status", subject=run_id)
        return run
    for run in journal.runs(limit=NUM_RUNS_LOOKED_AT):
        if run.outcome in INTERRUPTED:
            return run
    raise NotFoundError("no run was interrupted: there is nothing to resume", remedy="pegbar status")


def _new_run_id() -> str:
    return uuid.uuid4().hex[:12]


def _tag(run_id: str) -> str:
    return f"pegbar-run:{run_id}"
