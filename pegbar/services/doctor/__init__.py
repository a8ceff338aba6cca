"""`pegbar doctor`: what is broken on this machine, and the command that repairs it."""

from pegbar.services.doctor.check import Check, CheckState
from pegbar.services.doctor.machine import check_machine
from pegbar.services.doctor.packages import check_packages
from pegbar.services.doctor.servers import check_servers
from pegbar.settings import Settings

__all__ = ["Check", "CheckState", "examine"]


def examine(settings: Settings) -> list[Check]:
    """Run every check; change nothing, and leave nothing running."""
    return [*check_packages(), *check_machine(settings), *check_servers(settings)]
