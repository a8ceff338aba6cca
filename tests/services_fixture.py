"""One running pair of Prefect and MLflow servers, shared by every test that needs one."""

import os
import sys
from collections.abc import Iterator

import pytest

from pegbar.services import Endpoints, ensure_services, stop_services
from pegbar.settings import Settings


@pytest.fixture(scope="session")
def services_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Endpoints]]:
    """Give the settings of a home whose servers run, and where they are; this process is their client until the end.

    The home's name has what a home's name may have: a space, an accent, and signs that mean something in a URL.
    """
    settings = Settings(home=tmp_path_factory.mktemp("services") / "a hôme #1? %20")
    before = dict(os.environ)
    try:
        endpoints = ensure_services(settings)
        endpoints.apply()
        yield settings, endpoints
    finally:
        _send_what_waits()
        stop_services(settings)
        os.environ.clear()
        os.environ.update(before)
        if "prefect.context" in sys.modules:
            from prefect.context import refresh_global_settings_context

            refresh_global_settings_context()


def _send_what_waits() -> None:
    """Let Prefect's clients deliver their logs and events: without a server they would try for a minute at exit."""
    if "prefect" in sys.modules:
        from prefect.events.worker import EventsWorker
        from prefect.logging.handlers import APILogWorker

        for worker in (APILogWorker, EventsWorker):
            worker.drain_all(timeout=30)
