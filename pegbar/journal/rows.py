"""What the journal returns: one frozen record per table. Times are Unix seconds by the database's clock."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pegbar.calls import Spent
from pegbar.errors import IntegrityError
from pegbar.journal.process import ProcessMark

RunOutcome = Literal["completed", "failed", "killed"]
AttemptOutcome = Literal["completed", "failed", "killed"]
Action = Literal["registered", "promoted", "refused", "rolled_back", "tainted"]


class Row(BaseModel):
    """A frozen, closed row; its version is the journal's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_R = TypeVar("_R", bound=Row)


class Run(Row):
    """One run of a recipe; `outcome` is None while it runs. `links` holds the ids other tools gave it."""

    run_id: str
    flow: str
    recipe: dict[str, JsonValue]
    workspace: str
    owner: str
    outcome: RunOutcome | None
    pid: int
    host: str
    process_started_at: float
    """Seconds since the machine's boot."""
    attempts: int
    started_at: float
    heartbeat_at: float
    finished_at: float | None
    error: str
    links: dict[str, str]

    @property
    def process(self) -> ProcessMark:
        """The process that runs or ran it last."""
        return ProcessMark(self.host, self.pid, self.process_started_at)


class StepRow(Row):
    """A step that finished, under its artifact key."""

    key: str
    step: str
    version: int
    manifest_sha256: str
    workspace: str
    owner: str
    run_id: str
    recorded_at: float


class Attempt(Row):
    """One try of a step; `outcome` is None while it runs."""

    attempt_id: int
    key: str
    step: str
    run_id: str
    outcome: AttemptOutcome | None
    started_at: float
    seconds: float | None
    error: str


class Lease(Row):
    """The right to `name` until `expires_at`; `token` grows with every new holder and never repeats."""

    name: str
    holder: str
    token: int
    ttl_seconds: float
    expires_at: float


class PromotionEntry(Row):
    """One decision on a registered model: what moved, who moved it, why, and the digest of the evidence."""

    model: str
    action: Action
    from_version: str | None = None
    to_version: str | None = None
    actor: str
    reason: str
    evidence_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")


class LogRow(PromotionEntry):
    """An entry in the log. `digest` covers the entry, `position`, `at` and the `previous` row's digest."""

    position: int
    previous: str | None
    at: float
    digest: str


class Call(Row):
    """One call of a language model; `outcome` is None while it is under way, and stays so where it was killed."""

    call_id: int
    run_id: str
    key: str
    model: str
    started_at: float
    outcome: str | None
    input_tokens: int
    output_tokens: int
    usd: float
    is_priced: bool
    seconds: float


class CallTotal(Row):
    """What a run's calls of one model used. Not `is_priced`: `usd` leaves out calls whose price is not known."""

    run_id: str
    model: str
    spent: Spent
    num_unanswered: int


def from_row(kind: type[_R], row: Mapping[Any, Any]) -> _R:
    """Return the record a row holds.

    Raises:
        IntegrityError: the row does not validate: somebody or something else wrote it.
    """
    try:
        return kind.model_validate(dict(row))
    except ValidationError as error:
        identity = ", ".join(f"{name} {value!r}"[:80] for name, value in list(row.items())[:2])
        fields = ", ".join(str(detail["loc"][0]) for detail in error.errors() if detail["loc"])
        raise IntegrityError(
            f"the journal's {kind.__name__} row of {identity} is damaged: {fields}",
            remedy="restore it from a backup, or move it away and start a new one: pegbar doctor",
            subject=identity,
        ) from error
