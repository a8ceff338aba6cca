"""What an engine is made of: items' results, the budget of failures, and a crew of workers (one file per backend)."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import Field

from pegbar.config import Config
from pegbar.records import Outcome

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class ItemResult(Generic[ResultT]):
    """What became of one item: a value, or the reason there is none."""

    item_id: str
    outcome: Outcome
    value: ResultT | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class WorkerDeath:
    """A worker died with the item it was given: killed, out of memory, crashed, or out of time."""

    cause: str


class FailureBudget(Config):
    """How many items may fail for a reason that is not theirs before the engine stops.

    Args:
        max_share: of the items done so far; what killed its worker twice counts, for nobody knows why.
        min_items: so many items count as done from the first on, so that one early failure stops nothing.
    """

    max_share: float = Field(default=0.1, ge=0, le=1)
    min_items: int = Field(default=20, ge=1)

    def is_spent(self, num_failed: int, num_done: int) -> bool:
        """Tell whether `num_failed` of `num_done` items are too many."""
        return num_failed > self.max_share * max(num_done, self.min_items)


class Crew(Protocol):
    """Workers in processes of their own. They answer each ticket with `pegbar.engine.boundary.answer`'s bytes.

    A worker's death costs the one item it had; the crew replaces it by itself.
    """

    @property
    def width(self) -> int:
        """How many items may be out at once."""

    def open(self) -> None:
        """Start what all batches share.

        Raises:
            ServiceError: it does not start.
        """

    def give(self, ticket: int, function: bytes, item: bytes) -> None:
        """Hand out one item and what is to be done with it, each pickled."""

    def take(self) -> list[tuple[int, bytes | WorkerDeath]]:
        """Wait until at least one ticket is answered; return all that are."""

    def drop(self) -> None:
        """Give up what is out, at once."""

    def close(self) -> None:
        """End the workers that this crew started."""
