"""A registered version judged, and made champion if the gate passes it."""

from prefect import flow

from pegbar.config import Config
from tasks.context import RunContext
from tasks.registry.gate import PromoteConfig
from tasks.registry.promotion import Promotion
from tasks.registry.steps import promote as promote_version


class Request(Config):
    """Which version (``NAME/3``), what it must reach, and why."""

    address: str
    config: PromoteConfig
    reason: str


@flow(name="promote")
def promote(context: RunContext, request: Request) -> Promotion:
    """Promote; a refusal is in the log and raises."""
    return promote_version(context, request.address, request.config, context.settings.owner, request.reason)
