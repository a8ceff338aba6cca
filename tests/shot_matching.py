"""Boundaries against the truth, matched one to one as TRECVID does, and what follows from the counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

GRADUAL = ("dissolve", "fade", "wipe", "flash")
RESAMPLES = 1000


@dataclass(frozen=True)
class Edge:
    """A boundary, true or found: its kind ("" where nobody says), its frame, and its frames `start` to `end`."""

    kind: str
    frame: int
    start: int
    end: int

    @classmethod
    def at(cls, frame: int) -> "Edge":
        """Return what a detector gives that knows frames alone."""
        return cls("", frame, frame, frame)


def true_edges(truth: dict[str, Any]) -> list[Edge]:
    """Read the boundaries of a film's .cuts.json."""
    return [
        Edge(item["transition"], item["frame"], item["start_frame"], item["end_frame"]) for item in truth["boundaries"]
    ]


def distance(true: Edge, found: Edge, tolerance: int) -> float | None:
    """Return how far a boundary is from a true one, or None where it does not match.

    A cut is matched within `tolerance` frames. What takes frames is matched by any overlap of the ranges,
    widened by `tolerance`; a detector's single frame may also be the first one after the transition.
    """
    apart = abs(found.frame - (true.start + true.end) / 2)
    if true.kind == "cut":
        return apart if apart <= tolerance else None
    reaches = found.start <= true.end + tolerance and found.end >= true.start - tolerance
    touches = found.start < found.end and (found.start == true.end + tolerance or found.end == true.start - tolerance)
    return apart if reaches and not touches else None


def matched(true: Sequence[Edge], found: Sequence[Edge], tolerance: int) -> list[tuple[int, int]]:
    """Return pairs of indices (true, found), the nearest first; each boundary is in one pair at most."""
    pairs = [
        (apart, one, other)
        for one, edge in enumerate(true)
        for other, guess in enumerate(found)
        if (apart := distance(edge, guess, tolerance)) is not None
    ]
    taken_true: set[int] = set()
    taken_found: set[int] = set()
    chosen = []
    for _, one, other in sorted(pairs):
        if one not in taken_true and other not in taken_found:
            taken_true.add(one)
            taken_found.add(other)
            chosen.append((one, other))
    return sorted(chosen)


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and misses of some boundaries."""

    hits: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.hits + other.hits, self.extra + other.extra, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of what was found that is true; 1 where nothing was found."""
        return self.hits / (self.hits + self.extra) if self.hits + self.extra else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 where there was nothing."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both: 2 TP / (2 TP + FP + FN)."""
        total = 2 * self.hits + self.extra + self.missed
        return 2 * self.hits / total if total else 1.0


def counts_of(true: Sequence[Edge], found: Sequence[Edge], tolerance: int, kind: str = "") -> Counts:
    """Count one film's boundaries of one kind, all of them where `kind` is "".

    Where the finder names kinds, the kind must agree. Where it does not, what matches a true boundary of
    another kind is neither a hit nor extra, as is usual for detectors of one sort of transition.
    """
    names_kinds = any(edge.kind for edge in found)
    if kind and names_kinds:
        true = [edge for edge in true if edge.kind == kind]
        found = [edge for edge in found if edge.kind == kind]
        return _counts(len(true), len(found), len(matched(true, found, tolerance)))
    pairs = matched(true, found, tolerance)
    hits = sum(not kind or true[one].kind == kind for one, _ in pairs)
    wanted = sum(not kind or edge.kind == kind for edge in true)
    return Counts(hits, len(found) - len(pairs), wanted - hits)


def _counts(num_true: int, num_found: int, hits: int) -> Counts:
    return Counts(hits, num_found - hits, num_true - hits)


def f1_interval(films: Sequence[Counts], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % percentile interval of F1 over films drawn with replacement."""
    table = np.array([(one.hits, one.extra, one.missed) for one in films], np.float64).reshape(len(films), 3)
    chosen = np.random.default_rng(seed).integers(0, len(films), (RESAMPLES, len(films)))
    hits, extra, missed = table[chosen].sum(1).T
    scores = np.where(hits + extra + missed > 0, 2 * hits / np.maximum(1, 2 * hits + extra + missed), 1.0)
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)
