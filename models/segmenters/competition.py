"""Which of the things found in a frame is which character of its shot, and which of their pixels are whose."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.segmenters.base import Mask
from pegbar.config import Config

Scores = npt.NDArray[np.float64]
Probabilities = npt.NDArray[np.float32]


class CompetitionConfig(Config):
    """When two findings are one thing, and when nobody can tell who a thing is.

    Args:
        max_overlap: intersection over union above which two findings are one thing.
        min_margin: how much the sum of all scores must lose when the first character gets something else; below it
            the frame does not tell who is who, and an unsure reference is worse than none.
        mask_threshold: probability from which a pixel is a thing's.
    """

    version: int = 1
    max_overlap: float = Field(default=0.5, gt=0, lt=1)
    min_margin: float = Field(default=0.02, ge=0)
    mask_threshold: float = Field(default=0.5, gt=0, lt=1)


@dataclass(frozen=True)
class Claim:
    """A finding that a character gets: its row among the findings, and its score."""

    finding: int
    score: float


def claims(scores: Scores, overlaps: Scores, config: CompetitionConfig) -> list[Claim]:
    """Give the first character its finding, then those of the others; none where it has none or nobody can tell.

    Args:
        scores: (findings, characters), 0 where a finding is not taken for a character.
        overlaps: intersection over union of the findings, (findings, findings).
    """
    leaders, merged = _things(scores, overlaps, config.max_overlap)
    pairs = _best_pairs(merged)
    own = next((thing for thing, character in pairs if character == 0), None)
    if own is None:
        return []
    without = merged.copy()
    without[own, 0] = 0
    if _total(merged, pairs) - _total(without, _best_pairs(without)) <= config.min_margin:
        return []
    pairs.sort(key=lambda pair: pair[1])
    return [Claim(leaders[thing], float(merged[thing, character])) for thing, character in pairs]


def first_ones_pixels(
    probabilities: Sequence[Probabilities], claimed: Sequence[Claim], threshold: float
) -> Mask | None:
    """Return the pixels that are surely the first claim's and more its than any other's; None without any.

    Args:
        probabilities: for each claim, (height, width).
    """
    own = claimed[0].score * probabilities[0]
    mask: Mask = probabilities[0] > threshold
    for probability, claim in zip(probabilities[1:], claimed[1:], strict=True):
        mask &= own > claim.score * probability
    return mask if mask.any() else None


def enlarged(probability: Probabilities, width: int, height: int) -> Probabilities:
    """Return a probability map at the frame's size."""
    return np.asarray(cv2.resize(probability, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def mask_overlaps(masks: npt.NDArray[np.bool_]) -> Scores:
    """Return the intersection over union of (findings, height, width) masks, pair by pair."""
    drawn = masks.astype(np.float32)
    both = np.tensordot(drawn, drawn, axes=((1, 2), (1, 2))).astype(np.float64)
    return _over_union(both, np.diagonal(both))


def box_overlaps(boxes: npt.NDArray[np.float32]) -> Scores:
    """Return the intersection over union of (findings, 4) boxes (left, top, right, bottom), pair by pair."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=2).astype(np.float64)
    return _over_union(both, np.diagonal(both))


def _over_union(both: Scores, areas: Scores) -> Scores:
    union = areas[:, None] + areas[None, :] - both
    return np.divide(both, union, out=np.zeros_like(both), where=union > 0)


def _things(scores: Scores, overlaps: Scores, max_overlap: float) -> tuple[list[int], Scores]:
    """Return each thing's best finding, and for each thing the best score of all findings that are it."""
    leaders: list[int] = []
    merged: list[Scores] = []
    for finding in np.argsort(-scores.max(axis=1, initial=0), kind="stable"):
        same = next((thing for thing, leader in enumerate(leaders) if overlaps[leader, finding] > max_overlap), None)
        if same is None:
            leaders.append(int(finding))
            merged.append(scores[finding])
        else:
            merged[same] = np.maximum(merged[same], scores[finding])
    return leaders, np.array(merged).reshape(len(leaders), scores.shape[1])


def _best_pairs(scores: Scores) -> list[tuple[int, int]]:
    """Return the pairs (thing, character) whose scores sum to the most; every thing and character at most once."""
    from scipy.optimize import linear_sum_assignment

    things, characters = linear_sum_assignment(scores, maximize=True)
    return [(int(a), int(b)) for a, b in zip(things, characters, strict=True) if scores[a, b] > 0]


def _total(scores: Scores, pairs: Sequence[tuple[int, int]]) -> float:
    return float(sum(scores[pair] for pair in pairs))
