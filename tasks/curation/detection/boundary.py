"""A shot boundary, and how close two may be."""

from dataclasses import dataclass

from pegbar.records import Transition
from tasks.curation.frame_table import Column


@dataclass(frozen=True)
class Boundary:
    """A new shot begins at `frame`; the transition takes frames `start` to `end` (exclusive), none for a cut.

    `change` is how far the two sides are apart: mean absolute difference of 8-bit RGB.
    """

    frame: int
    kind: Transition
    start: int
    end: int
    change: float


def spaced(boundaries: list[Boundary], seconds: Column, min_seconds: float) -> list[Boundary]:
    """Keep the stronger of two boundaries closer than a shot may be short; cuts before the rest."""
    kept: list[Boundary] = []
    ends = (float(seconds[0]), float(seconds[-1]))
    for boundary in sorted(boundaries, key=lambda item: (item.kind != "cut", -item.change, item.frame)):
        others = [*ends, *(float(seconds[other.frame]) for other in kept)]
        if min(abs(float(seconds[boundary.frame]) - other) for other in others) >= min_seconds:
            kept.append(boundary)
    return sorted(kept, key=lambda item: item.frame)
