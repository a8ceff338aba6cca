"""The Prefect and MLflow servers a home uses: found, started, stopped, and what they are set to."""

from pegbar.services.endpoints import Endpoints
from pegbar.services.start import Progress, ensure_services, find_endpoints
from pegbar.services.status import ServiceStatus, services_status, stop_services, stop_worker
from pegbar.services.worker import want_no_worker, want_worker

__all__ = [
    "Endpoints",
    "Progress",
    "ServiceStatus",
    "ensure_services",
    "find_endpoints",
    "services_status",
    "stop_services",
    "stop_worker",
    "want_no_worker",
    "want_worker",
]
