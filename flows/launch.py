"""Starts a run, or finishes one that was interrupted: the same call does both.

A run is a row of the journal with its flow and request. Whatever its artifacts already cover is
skipped, so starting the same request again and resuming a killed run are one thing.
"""

import importlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import JsonValue

from pegbar.config import Config
from pegbar.dead_runs import close_elsewhere, report_dead_runs, run_tag
from pegbar.digests import digest_of
from pegbar.errors import ConflictError, NotFoundError, PegbarError, ServiceError, StorageError, WorkspaceBusyError
from pegbar.journal import Journal, Run
from pegbar.services import ensure_services
from pegbar.settings import Settings
from pegbar.space import GC_LEASE
from pegbar.workspace import Workspace

FlowName = Literal[
    "curate", "edit", "remove", "train", "finetune_ip", "evaluate", "candidate", "promote", "generate", "lifecycle"
]
HEARTBEAT_SECONDS = 10.0
WORKSPACE_LEASE_SECONDS = 60.0
GC_PATIENCE_SECONDS = 600.0  # nothing begins while garbage is collected, and that ends soon
NUM_RUNS_LOOKED_AT = 100
INTERRUPTED = ("killed", "failed")
UNCLAIMED: tuple[FlowName, ...] = ("generate",)  # it writes elsewhere, and the folder of its story may be no workspace
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
        WorkspaceBusyError: another run of the workspace is still going; nothing was begun.
        PegbarError: the flow's own errors; the run is then recorded as failed.
    """
    with _opened_journal(settings) as journal:
        dead = report_dead_runs(settings, journal)
        return _execute(settings, journal, launch, _interrupted(journal, launch) or _new_run_id(), dead)


def resume(settings: Settings, run_id: str | None = None) -> Any:
    """Finish a run that was killed or failed; the latest one unless named.

    Raises:
        NotFoundError: there is no such run, or nothing to resume.
    """
    with _opened_journal(settings) as journal:
        dead = report_dead_runs(settings, journal)
        run = _to_resume(journal, run_id)
        launch = Launch.model_validate({"flow": run.flow, **run.recipe})
        return _execute(settings, journal, launch, run.run_id, dead)


def _execute(settings: Settings, journal: Journal, launch: Launch, run_id: str, dead: Sequence[Run]) -> Any:
    ensure_services(settings).apply()
    for run in dead:
        close_elsewhere(run.run_id)
    with _alone_in_workspace(journal, launch, run_id):
        recipe = launch.model_dump(mode="json", exclude={"flow"})
        close_elsewhere(run_id)  # earlier attempts; then this one is tagged, and only then it begins
        _tag_caller(run_id)
        with journal.leased(GC_LEASE, run_id, WORKSPACE_LEASE_SECONDS, wait_seconds=GC_PATIENCE_SECONDS):
            journal.begin_run(run_id, launch.flow, recipe, str(launch.workspace), settings.owner)
        outcome: Literal["completed", "failed"] = "failed"
        error = "interrupted"
        try:
            with _beating(lambda: journal.heartbeat(run_id)):
                result = _call(settings, launch, run_id)
            outcome, error = "completed", ""
            return result
        except PegbarError as failure:
            error = failure.what
            raise
        finally:
            journal.finish_run(run_id, outcome, error)


@contextmanager
def _opened_journal(settings: Settings) -> Iterator[Journal]:
    journal = Journal.open(settings.effective_journal_url)
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def _alone_in_workspace(journal: Journal, launch: Launch, run_id: str) -> Iterator[None]:
    """Keep out other runs: by the lease those of this journal, whatever their machine; by the claim those of any home.

    Raises:
        WorkspaceBusyError: one is still going.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(journal.leased(f"workspace:{launch.workspace}", run_id, WORKSPACE_LEASE_SECONDS))
            if launch.flow not in UNCLAIMED:
                stack.enter_context(Workspace.open(launch.workspace).claimed(f"run {run_id}"))
        except ConflictError as error:
            raise WorkspaceBusyError(error.what, remedy=error.remedy, subject=error.subject) from error
        yield


def _call(settings: Settings, launch: Launch, run_id: str) -> Any:
    """Import the flow (only now: its settings are in the environment) and call it under its tag."""
    import prefect

    from tasks.context import RunContext

    module = importlib.import_module(f"flows.{launch.flow}")
    flow: Callable[[RunContext, Config], Any] = getattr(module, launch.flow)
    request = module.Request.model_validate(launch.request)
    context = RunContext(settings=settings, workspace=launch.workspace, run_id=run_id)
    with prefect.tags(run_tag(run_id)), _needing_prefect():
        return flow(context, request)


@contextmanager
def _needing_prefect() -> Iterator[None]:
    """Say in our words that Prefect's server failed a run, or what failed the run before that; nothing done is lost.

    On a full disk it is the flow that fails first, and then the server that should note it.
    """
    import httpx

    try:
        yield
    except httpx.HTTPError as error:
        reason: BaseException | None = error
        while reason is not None and not isinstance(reason, PegbarError):
            reason = reason.__context__
        if reason is not None:
            raise reason from None
        raise ServiceError(
            f"Prefect's server failed the run: {error}", remedy="pegbar resume", subject="prefect"
        ) from error


def _tag_caller(run_id: str) -> None:
    """Tag the flow run that this process is in, if it is in one: should it die, it is found with the run."""
    from prefect.client.orchestration import get_client
    from prefect.context import FlowRunContext

    outer = FlowRunContext.get()
    if outer is not None and outer.flow_run is not None:
        with get_client(sync_client=True) as client:
            client.update_flow_run(outer.flow_run.id, tags={*outer.flow_run.tags, run_tag(run_id)})


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


def _interrupted(journal: Journal, launch: Launch) -> str | None:
    """Return the latest run of this very request, if it did not come to its end."""
    wanted = digest_of(launch)
    for run in journal.runs(limit=NUM_RUNS_LOOKED_AT):
        if _digest(run) == wanted:
            return run.run_id if run.outcome in INTERRUPTED else None
    return None


def _digest(run: Run) -> str:
    return digest_of({"flow": run.flow, **run.recipe})


def _to_resume(journal: Journal, run_id: str | None) -> Run:
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
