"""How sure a share is, and how far people agree beyond chance; textbook measures on nominal answers."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


def wilson_interval(num_yes: int, num_all: int) -> tuple[float, float] | None:
    """Return the 95 % score interval of a share (Wilson 1927); None where nothing was counted."""
    if num_all == 0:
        return None
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, spread = num_yes / num_all, z * z / num_all
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / num_all + spread / (4 * num_all)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def pairwise_agreement(units: Sequence[Sequence[str]]) -> float | None:
    """Return the share of pairs of answers to the same thing that are equal; None where there is no pair."""
    pairs = [a == b for unit in units for a, b in combinations(unit, 2)]
    return sum(pairs) / len(pairs) if pairs else None


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (1960) of two raters; None where chance alone would make them agree always."""
    if not pairs:
        return None
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    seen = sum(a == b for a, b in pairs) / len(pairs)
    by_chance = sum(first[answer] * second[answer] for answer in first) / len(pairs) ** 2
    return None if by_chance == 1 else (seen - by_chance) / (1 - by_chance)


def krippendorff_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Return Krippendorff's alpha (2004, nominal) of any number of raters, answers missing or not.

    None where every answer is the same, or nothing was answered twice.
    """
    shared = [Counter(unit) for unit in units if len(unit) > 1]
    totals = sum(shared, Counter())
    number = totals.total()
    equal = sum(
        count * (count - 1) / (unit.total() - 1) for unit in shared for count in unit.values()
    )  # the coincidence matrix's diagonal
    expected = number**2 - sum(count**2 for count in totals.values())
    return None if expected == 0 else 1 - (number - 1) * (number - equal) / expected
