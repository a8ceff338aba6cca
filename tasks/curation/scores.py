"""A score: one number that one measurement gives one film or one of its shots. What it means is decided elsewhere."""

from typing import Literal

from pegbar.records import Record


class Score(Record):
    """One number for one item.

    Args:
        gate: the measurement's name; a threshold is found under it.
        shot: the shot's number in the film; None for the film as a whole.
        value: the number; None where it cannot be measured, for the `reason`.
        reason: what a person would want to know beside the number.
    """

    gate: str
    item_kind: Literal["film", "shot"]
    shot: int | None = None
    value: float | None
    reason: str = ""
    backend: str = "pegbar"
    version: int = 1
