"""The scheduled curation: what a night does, what Prefect shows of it, and who is told."""

from pathlib import Path
from typing import Any, Literal

from prefect import Flow, flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed
from pydantic import Field

from pegbar.config import Config
from pegbar.dataset import CARD_NAME
from pegbar.dead_runs import bury_dead_runs
from pegbar.errors import CallBudgetError, FailureBudgetError, GateFailedError, PegbarError, WorkspaceBusyError
from pegbar.notify import Event, Notice, send
from pegbar.records import Record
from pegbar.services.worker import die_with_worker
from pegbar.settings import Settings, load_settings
from pegbar.workspace import Workspace

Outcome = Literal["new_version", "nothing_new", "skipped"]
STATE_NAMES: dict[Outcome, str] = {"new_version": "Completed", "nothing_new": "NothingNew", "skipped": "Skipped"}


class Request(Config):
    """What is curated every night: the same sources into the same workspace.

    Args:
        workspace: the dataset's folder, as the machine that works sees it.
        sources: as `pegbar curate` takes them; paths as the machine that works sees them.
        recipe: of flows/recipes.py; its thresholds are those of the release that runs.
        annotator, verifier: language models, as `pegbar curate` names them.
    """

    workspace: Path
    sources: tuple[str, ...] = Field(min_length=1)
    licence: str = "unknown"
    recipe: str = "nano"
    annotator: str | None = None
    verifier: str | None = None
    accept_drift: bool = False


class Night(Record):
    """What a night came to; `reason` says why it was skipped."""

    outcome: Outcome
    revision: str = ""
    num_films: int = 0
    num_new_films: int = 0
    num_refused: int = 0
    reason: str = ""
    num_unsent_notices: int = 0

    def line(self) -> str:
        """Return it as people read it."""
        if self.outcome == "skipped":
            return f"skipped: {self.reason}"
        films = f"{self.num_films} films kept, {self.num_refused} refused"
        if self.outcome == "nothing_new":
            return f"nothing new: version {self.revision[:12]} stays ({films})"
        return f"{self.num_new_films} new: version {self.revision[:12]} ({films})"


def curation_of(request: Request) -> dict[str, Any]:
    """Return the request of the curation that a night runs.

    Raises:
        UsageError: there is no such recipe or language model.
    """
    from flows.recipes import recipe_named
    from models.clients.named import client_named

    config = recipe_named(request.recipe).curate
    if request.annotator is not None:
        config = config.told_by(client_named(request.annotator))
    if request.verifier is not None:
        config = config.verified_by(client_named(request.verifier))
    config = config.accepting_drift() if request.accept_drift else config
    return {"sources": list(request.sources), "licence": request.licence, "config": config.model_dump(mode="json")}


def run_night(settings: Settings, request: Request) -> Night:
    """Curate what is new, or finish what the night before could not; a workspace that is busy is left alone.

    Raises:
        PegbarError: as `flows.launch.start`.
    """
    from flows.launch import Launch, start

    workspace = Workspace.open(request.workspace)
    films, revision = _known(workspace)
    try:
        curated = start(settings, Launch(flow="curate", workspace=workspace.root, request=curation_of(request)))
    except WorkspaceBusyError as error:
        return Night(outcome="skipped", reason=error.what)
    return Night(
        outcome="nothing_new" if curated.revision == revision else "new_version",
        revision=curated.revision,
        num_films=curated.num_films,
        num_new_films=len(_known(workspace)[0] - films),
        num_refused=curated.num_refused,
    )


def tell(settings: Settings, request: Request, event: Event, what: str, fields: dict[str, Any]) -> int:
    """Tell of a night; return how many could not be told."""
    common = {"workspace": str(request.workspace), "sources": list(request.sources)}
    return send(settings, Notice(event=event, text=f"{request.workspace.name}: {what}", fields=common | fields))


def tell_of_failure(flow: "Flow[..., Any]", flow_run: FlowRun, state: State[Any]) -> None:
    """Tell why a night failed; runs in its process."""
    error = state.result(raise_on_failure=False)
    what, remedy = f"{type(error).__name__}: {error}", "pegbar resume"
    if isinstance(error, PegbarError):
        what, remedy = error.what, error.remedy
    fields = {"reason": what, "next": remedy}
    tell(load_settings(), _request_of(flow_run), _event_of(error), f"the night failed: {what}", fields)


def tell_of_death(flow: "Flow[..., Any]", flow_run: FlowRun, state: State[Any]) -> None:
    """Tell that a night's process was killed; runs in a process that the worker starts for it."""
    settings = load_settings()
    if not bury_dead_runs(settings):
        fields = {"reason": state.message or "", "next": "pegbar schedule list"}
        tell(settings, _request_of(flow_run), "run_died", "the night died before its run began", fields)


@flow(name="nightly", on_failure=[tell_of_failure], on_crashed=[tell_of_death])
def nightly(request: Request) -> "State[Any]":
    """Curate the sources once more: what is known by content is not read again."""
    settings = load_settings()
    die_with_worker(settings.home)
    night = run_night(settings, request)
    event: Event = "night_skipped" if night.outcome == "skipped" else "night_done"
    fields = night.model_dump(mode="json", exclude={"num_unsent_notices"})
    night = night.model_copy(update={"num_unsent_notices": tell(settings, request, event, night.line(), fields)})
    return Completed(name=STATE_NAMES[night.outcome], message=night.line(), data=night)


def _known(workspace: Workspace) -> tuple[set[str], str]:
    """Return the kept films of the dataset as it lies, and the latest version's revision."""
    versions = workspace.versions()
    is_there = (workspace.data / CARD_NAME).is_file()
    films = {film.film_id for film in workspace.dataset().films() if film.kept} if is_there else set()
    return films, versions[0].revision if versions else ""


def _event_of(error: Any) -> Event:
    if isinstance(error, CallBudgetError | FailureBudgetError):
        return "budget_spent"
    return "gate_failed" if isinstance(error, GateFailedError) else "run_failed"


def _request_of(flow_run: FlowRun) -> Request:
    return Request.model_validate(flow_run.parameters["request"])
