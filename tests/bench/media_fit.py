"""Fits the score card's weights: a ridge logistic regression that may weigh no cue against its direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from media_sources import Source
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.media_types.cues import Cues
from models.media_types.score_card import SCORE_CARD, ScoreCard

Values = NDArray[np.float64]

RIDGE = 0.02


@dataclass(frozen=True)
class Example:
    """One variant of one film, and what its pictures show."""

    source: Source
    variant: str
    cues: Cues


def fitted(examples: Sequence[Example], card: ScoreCard = SCORE_CARD) -> ScoreCard:
    """Return the card with weights from these examples; both kinds weigh the same, and groups by their weight."""
    inputs = np.array([[term.standardised(example.cues) for term in card.terms] for example in examples])
    signs = np.array([1.0 if example.source.kind == "animation" else -1.0 for example in examples])
    weights = _weights(examples)

    def cost(values: Values) -> tuple[float, Values]:
        margins = signs * (inputs @ values[:-1] + values[-1])
        pull = -weights * signs / (1 + np.exp(margins))
        loss = float((weights * np.logaddexp(0, -margins)).sum() + RIDGE * (values[:-1] ** 2).sum())
        return loss, np.append(inputs.T @ pull + 2 * RIDGE * values[:-1], pull.sum())

    bounds = [(0, None)] * len(card.terms) + [(None, None)]
    found = minimize(cost, np.zeros(len(card.terms) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x.round(2)
    terms = tuple(term.but(weight=float(weight)) for term, weight in zip(card.terms, found[:-1], strict=True))
    return card.but(bias=float(found[-1]), terms=terms)


def held_out(examples: Sequence[Example]) -> list[float]:
    """Return every example's score by a card fitted without its group."""
    groups = {example.source.group for example in examples}
    cards = {group: fitted([one for one in examples if one.source.group != group]) for group in groups}
    return [cards[example.source.group].score(example.cues) for example in examples]


def _weights(examples: Sequence[Example]) -> Values:
    groups = [(example.source.kind, example.source.group) for example in examples]
    weights = np.array(
        [example.source.weight / groups.count(group) for example, group in zip(examples, groups, strict=True)]
    )
    for kind in {kind for kind, _ in groups}:
        is_kind = np.array([one == kind for one, _ in groups])
        weights[is_kind] /= weights[is_kind].sum()
    return weights
