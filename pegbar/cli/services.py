"""`pegbar up`, `down`, `status` and `doctor`: the servers of the home, and what is wrong with this machine."""

import shutil
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import say_json

if TYPE_CHECKING:
    from pegbar.journal import CallTotal
    from pegbar.services import Endpoints, ServiceStatus
    from pegbar.services.doctor import Check
    from pegbar.settings import Settings
    from tasks.registry.records import TaintedVersion

BROKEN_EXIT_CODE = 6
STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red"}
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(doctor)


def up(
    worker: Annotated[bool, typer.Option("--worker", help="Keep a worker for what is scheduled, too.")] = False,
    as_json: Json = False,
) -> None:
    """Start the local Prefect and MLflow servers, or find them running; and the worker where something is scheduled."""
    from rich.console import Console

    from pegbar.services import ensure_services, want_worker
    from pegbar.services.launch import log_file
    from pegbar.services.worker import is_worker_wanted
    from pegbar.settings import load_settings

    if worker:
        want_worker(load_settings().home)
    with Console(stderr=True).status("looking for servers") as spinner:
        endpoints = ensure_services(load_settings(), progress=lambda text: spinner.update(f"{text} ..."))
    if as_json:
        say_json(_addresses(endpoints))
        return
    typer.echo(f"Prefect  {endpoints.prefect_ui_url}")
    if endpoints.prefect_auth_file is not None:
        typer.echo(f"         its UI asks for what {endpoints.prefect_auth_file} holds")
    typer.echo(f"MLflow   {endpoints.mlflow_ui_url}")
    if is_worker_wanted(endpoints.home):
        typer.echo(f"Worker   executes what is scheduled; it writes to {log_file('worker', endpoints.home)}")


def down(as_json: Json = False) -> None:
    """Stop the servers that pegbar started for this home."""
    from pegbar.services import stop_services
    from pegbar.settings import load_settings

    settings = load_settings()
    stopped = stop_services(settings)
    if as_json:
        say_json({"stopped": stopped})
    else:
        typer.echo(f"stopped {' and '.join(stopped)}" if stopped else f"nothing was running for {settings.home}")


def status(as_json: Json = False) -> None:
    """Show the servers, the home and its free space; start nothing."""
    from pegbar.services import services_status
    from pegbar.services.doctor.machine import nearest_folder
    from pegbar.settings import load_settings

    settings = load_settings()
    found, (totals, tainted) = services_status(settings), _from_journal(settings)
    free = shutil.disk_usage(nearest_folder(settings.home)).free
    if as_json:
        services = [one.model_dump() for one in found]
        calls = [total.model_dump(mode="json") for total in totals]
        told = {"services": services, "calls": calls, "tainted": [one.model_dump(mode="json") for one in tainted]}
        say_json({"home": str(settings.home), "disk_free_bytes": free, **told})
        return
    typer.echo(f"home     {settings.home}  ({free / 1024**3:.1f} GiB free)")
    for one in found:
        typer.echo(_line(one))
    for total in totals:
        typer.echo(_call_line(total))
    for champion in tainted:
        typer.secho(f"TAINTED  {champion.model}/{champion.version}: {champion.why}", fg="red", bold=True)


def doctor(as_json: Json = False) -> None:
    """Look for what is broken on this machine and say how to repair it. Exit code 6 when something is."""
    from rich.console import Console

    from pegbar.services.doctor import examine
    from pegbar.settings import load_settings

    settings = load_settings()
    with Console(stderr=True).status("examining packages, machine and servers"):
        checks = examine(settings)
    states = {check.state for check in checks}
    worst = next(state for state in ("broken", "warning", "ok") if state in states)
    if as_json:
        say_json({"state": worst, "home": str(settings.home), "checks": [check.model_dump() for check in checks]})
    else:
        _print_table(checks)
    if worst == "broken":
        raise typer.Exit(BROKEN_EXIT_CODE)


def _addresses(endpoints: "Endpoints") -> dict[str, object]:
    return {
        "prefect_api_url": endpoints.prefect_api_url,
        "prefect_ui_url": endpoints.prefect_ui_url,
        "prefect_auth_file": str(endpoints.prefect_auth_file) if endpoints.prefect_auth_file else None,
        "mlflow_tracking_uri": endpoints.mlflow_tracking_uri,
        "mlflow_ui_url": endpoints.mlflow_ui_url,
    }


def _line(service: "ServiceStatus") -> str:
    since = f"  pid {service.pid}, up {service.uptime_seconds:.0f} s" if service.uptime_seconds is not None else ""
    detail = f"  ({service.detail})" if service.detail else ""
    return f"{service.name:<8} {service.state:<9} {service.url or ''}{since}{detail}".rstrip()


def _from_journal(settings: "Settings") -> "tuple[list[CallTotal], list[TaintedVersion]]":
    """Return what runs have spent on language models, and tainted champions; a home without a journal gets none."""
    from pegbar.journal import Journal
    from tasks.registry.line import tainted_champions

    if settings.journal_url is None and not (settings.home / "journal.db").is_file():
        return [], []
    journal = Journal.open(settings.effective_journal_url)
    try:
        return list(journal.call_totals()), tainted_champions(journal)
    finally:
        journal.close()


def _call_line(total: "CallTotal") -> str:
    spent = total.spent
    usd = f"{spent.usd:.2f} USD" + ("" if spent.is_priced else " and what has no price")
    tokens = spent.input_tokens + spent.output_tokens
    return f"calls    {total.run_id}  {total.model}: {spent.num_calls} calls, {tokens} tokens, {usd}"


def _print_table(checks: "list[Check]") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    table = Table("check", "state", "found", box=None)
    for check in checks:
        table.add_row(escape(check.name), f"[{STYLES[check.state]}]{check.state}[/]", escape(check.found))
    console.print(table)
    wrong = [check for check in checks if check.state != "ok"]
    for check in wrong:
        console.print(f"\n{check.name}: {check.found}\n  next: {check.remedy}", markup=False, soft_wrap=True)
    if not wrong:
        console.print("\neverything is in order")
