"""The gate on the workspace's dataset, and the version that only a passed gate allows."""

from prefect import task

from expectations.gate import GateConfig, GateReport, require_passed, run_gate
from pegbar.errors import ConflictError
from pegbar.workspace import Workspace
from tasks.context import RunContext


def judge(workspace: Workspace, config: GateConfig) -> GateReport:
    """Judge the dataset as it lies against its contract and the version before; the report lies in `workspace.gate`."""
    dataset = workspace.dataset()
    return run_gate(dataset, workspace.previous_card(dataset.digest), workspace.gate, config)


def make_version(workspace: Workspace, report: GateReport, message: str) -> str:
    """Make a version of exactly the dataset that the gate passed; return its revision.

    Raises:
        GateFailedError: the report says no. ConflictError: the dataset changed since it was judged.
    """
    require_passed(report, workspace.gate)
    digest = workspace.dataset().digest
    if digest != report.subject:
        raise ConflictError(
            f"the dataset changed after the gate passed {report.subject[:12]}",
            remedy="pegbar data gate, then: pegbar resume",
            subject=digest,
        )
    return workspace.commit_version(message)


@task(name="gate-dataset")
def gate_dataset(context: RunContext, config: GateConfig) -> GateReport:
    """Judge the dataset (see `judge`); a refusal fails the task.

    Raises:
        GateFailedError: naming the checks that did not pass.
    """
    workspace = Workspace.open(context.workspace)
    report = judge(workspace, config)
    require_passed(report, workspace.gate)
    return report


@task(name="version-dataset")
def version_dataset(context: RunContext, report: GateReport, message: str) -> str:
    """Add, push and commit the dataset (see `make_version`); return the revision."""
    return make_version(Workspace.open(context.workspace), report, message)
