"""Schedules: deployments of the nightly flow on the Prefect server that this process is a client of.

What a deployment is like (its pool, limit, tags, usual hour) is written in infra/prefect.yaml, for us and for
``prefect deploy`` alike.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyOptions, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker
from pydantic import ValidationError

from flows.nightly import Request, curation_of, nightly
from pegbar.config import Config
from pegbar.errors import ConfigurationError, NotFoundError
from pegbar.records import Record

PREFECT_FILE = Path(__file__).parent.parent / "infra" / "prefect.yaml"


class Schedule(Config):
    """A night, and when: `cron` as five fields, read in `timezone`. What is None is as infra/prefect.yaml has it."""

    request: Request
    name: str | None = None
    cron: str | None = None
    timezone: str | None = None


class Scheduled(Record):
    """A schedule as the server has it, its next run and how the last one went. Times are ISO 8601 in UTC."""

    name: str
    cron: str
    timezone: str
    state: Literal["active", "paused"]
    workspace: str
    sources: tuple[str, ...]
    next_run: str | None
    last_run: str | None
    last_state: str | None
    last_message: str | None


def put_schedule(schedule: Schedule) -> str:
    """Create a schedule, or change the one of its name and let it go on; return the name.

    Raises:
        ConfigurationError: no such time or time zone. UsageError: no such recipe or language model.
    """
    curation_of(schedule.request)
    usual = _usual()
    pool, limit = usual["work_pool"]["name"], ConcurrencyLimitConfig(**usual["concurrency_limit"])
    when = _when(schedule.cron or usual["schedules"][0]["cron"], schedule.timezone or usual["schedules"][0]["timezone"])
    with _client() as client:
        _make_pool(client, pool)
        client.create_deployment(
            client.create_flow(nightly),
            schedule.name or usual["name"],
            entrypoint=usual["entrypoint"],
            pull_steps=[],
            description=usual["description"],
            tags=usual["tags"],
            work_pool_name=pool,
            schedules=[DeploymentScheduleCreate(schedule=when, active=usual["schedules"][0]["active"])],
            concurrency_limit=limit.limit,
            concurrency_options=ConcurrencyOptions(collision_strategy=limit.collision_strategy),
            parameters={"request": schedule.request.model_dump(mode="json")},
            parameter_openapi_schema=parameter_schema(nightly).model_dump(exclude_unset=True),
            enforce_parameter_schema=usual["enforce_parameter_schema"],
            paused=False,
        )
    return schedule.name or str(usual["name"])


def list_schedules() -> tuple[Scheduled, ...]:
    """Return every schedule, by name."""
    with _client() as client:
        return tuple(_scheduled(client, found) for found in sorted(_all(client), key=lambda found: found.name))


def set_paused(name: str, paused: bool) -> None:
    """Let a schedule rest, or go on. Runs that are waiting for their time are taken back.

    Raises:
        NotFoundError: there is none of that name.
    """
    with _client() as client:
        found = _named(client, name)
        (client.pause_deployment if paused else client.resume_deployment)(found.id)


def remove_schedule(name: str) -> int:
    """Delete a schedule; what its nights made stays. Return how many are left.

    Raises:
        NotFoundError: there is none of that name.
    """
    with _client() as client:
        client.delete_deployment(_named(client, name).id)
        return len(_all(client))


def run_now(name: str) -> str:
    """Have a night begin at once and return its name in Prefect; the limit holds for it as for any other.

    Raises:
        NotFoundError: there is no schedule of that name.
    """
    with _client() as client:
        return client.create_flow_run_from_deployment(_named(client, name).id).name


@cache
def _usual() -> dict[str, Any]:
    """Return the deployment of infra/prefect.yaml."""
    (deployment,) = yaml.safe_load(PREFECT_FILE.read_text())["deployments"]
    return dict(deployment)


def _when(cron: str, timezone: str) -> CronSchedule:
    try:
        return CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        raise ConfigurationError.from_validation("the schedule", error) from error


def _client() -> SyncPrefectClient:
    return get_client(sync_client=True)


def _make_pool(client: SyncPrefectClient, name: str) -> None:
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=name, type=ProcessWorker.type, base_job_template=template))


def _all(client: SyncPrefectClient) -> list[DeploymentResponse]:
    return client.read_deployments(flow_filter=FlowFilter.model_validate({"name": {"any_": [nightly.name]}}))


def _named(client: SyncPrefectClient, name: str) -> DeploymentResponse:
    try:
        return client.read_deployment_by_name(f"{nightly.name}/{name}")
    except ObjectNotFound as error:
        raise NotFoundError(f"no schedule {name!r}", remedy="pegbar schedule list", subject=name) from error


def _scheduled(client: SyncPrefectClient, found: DeploymentResponse) -> Scheduled:
    when = found.schedules[0].schedule if found.schedules else None
    request = found.parameters.get("request", {})
    last = _run(client, found, FlowRunSort.START_TIME_DESC, is_waiting=False)
    coming = _run(client, found, FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC, is_waiting=True)
    return Scheduled(
        name=found.name,
        cron=getattr(when, "cron", ""),
        timezone=getattr(when, "timezone", None) or "UTC",
        state="paused" if found.paused else "active",
        workspace=str(request.get("workspace", "")),
        sources=tuple(request.get("sources", ())),
        next_run=_iso(coming.next_scheduled_start_time) if coming else None,
        last_run=_iso(last.start_time or last.created) if last else None,
        last_state=last.state_name if last else None,
        last_message=last.state.message if last and last.state else None,
    )


def _run(
    client: SyncPrefectClient, found: DeploymentResponse, sort: FlowRunSort, *, is_waiting: bool
) -> FlowRun | None:
    state = {"any_": ["SCHEDULED"]} if is_waiting else {"not_any_": ["SCHEDULED"]}
    wanted = FlowRunFilter.model_validate({"state": {"type": state}})
    this = DeploymentFilter.model_validate({"id": {"any_": [found.id]}})
    runs = client.read_flow_runs(deployment_filter=this, flow_run_filter=wanted, sort=sort, limit=1)
    return runs[0] if runs else None


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="seconds")
