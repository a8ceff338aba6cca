"""What a dead run leaves behind: marked dead in the journal, in Prefect and in MLflow, and told to whoever should know.

A run that is killed cannot speak for itself: whoever comes across it first does, and exactly one comes first.
"""

from typing import Any

from pegbar.journal import Journal, Run
from pegbar.notify import Notice, send
from pegbar.services.worker import WORK_POOL
from pegbar.settings import Settings


def run_tag(run_id: str) -> str:
    """Return the tag that everything of a run carries in Prefect."""
    return f"pegbar-run:{run_id}"


def report_dead_runs(settings: Settings, journal: Journal) -> list[Run]:
    """Mark in the journal what no longer runs, tell about each, and return them."""
    dead = journal.reap()
    for run in dead:
        text = f"{run.flow} of {run.workspace} died: {run.error}. It goes on with: pegbar resume {run.run_id}"
        fields = {"run_id": run.run_id, "flow": run.flow, "workspace": run.workspace, "reason": run.error}
        send(settings, Notice(event="run_died", text=text, fields={**fields}))
    return dead


def close_elsewhere(run_id: str) -> None:
    """Mark what attempts of a dead run left Running in Prefect and MLflow as dead; both servers must run."""
    import mlflow

    _crash({"tags": {"all_": [run_tag(run_id)]}})
    tracking = mlflow.MlflowClient()
    experiments = [experiment.experiment_id for experiment in tracking.search_experiments()]
    dead = f"attributes.status = 'RUNNING' and tags.`pegbar.run_id` = '{run_id}'"
    for run in tracking.search_runs(experiments, filter_string=dead):
        tracking.set_terminated(run.info.run_id, status="KILLED")


def bury_dead_runs(settings: Settings) -> list[Run]:
    """Mark what no longer runs as dead everywhere, tell about each, and return them; the servers must run."""
    journal = Journal.open(settings.effective_journal_url)
    try:
        dead = report_dead_runs(settings, journal)
    finally:
        journal.close()
    for run in dead:
        close_elsewhere(run.run_id)
    return dead


def close_after_worker(settings: Settings) -> None:
    """Put right what the home's last worker left, once none of its processes is there any more.

    On a server that other machines share, a run that died before its first line is left to Prefect's own limit of time.
    """
    bury_dead_runs(settings)
    if settings.prefect_api_url is None:
        for name in _crash({}, pool=WORK_POOL):
            text = f"{name} died with its worker before its run began. Again: pegbar schedule run NAME"
            send(settings, Notice(event="run_died", text=text, fields={"flow_run": name}))


def _crash(filters: dict[str, Any], pool: str | None = None) -> list[str]:
    """Mark flow runs that are said to run as crashed, and return their names."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
    from prefect.states import Crashed

    wanted = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING"]}}, **filters})
    of_pool = WorkPoolFilter.model_validate({"name": {"any_": [pool]}}) if pool else None
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(flow_run_filter=wanted, work_pool_filter=of_pool)
        for flow_run in found:
            client.set_flow_run_state(flow_run.id, Crashed(message="its process died"), force=True)
    return [flow_run.name for flow_run in found]
