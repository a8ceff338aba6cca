"""Which cut-out stands for a character: a good one that agrees with the others; scenery changes, it does not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
from pydantic import Field

from models.segmenters import Histogram, likeness_of, share_explained
from pegbar.config import Config
from pegbar.records import Character, Shot


class ChoiceConfig(Config):
    """How cut-outs of one character compete.

    Args:
        shared_weight: what a cut-out's score is worth where the shot lists others too.
        neutral_agreement: how far a cut-out agrees that no other shot can confirm.
        max_other_share: above this share in the colours of another character of the shot it shows the other one.
        min_score: below this the best is not good enough.
    """

    version: int = 1
    shared_weight: float = Field(default=0.5, ge=0, le=1)
    neutral_agreement: float = Field(default=0.6, ge=0, le=1)
    max_other_share: float = Field(default=0.35, ge=0, le=1)
    min_score: float = Field(default=0.1, ge=0, le=1)


@dataclass(frozen=True)
class Candidate:
    """A cut-out that passed by itself; pictures are kept as PNG, since there are many."""

    shot: Shot
    frame: int
    film_seconds: float
    image: bytes
    mask: bytes
    area_share: float
    quality: float
    colours: Histogram

    @property
    def is_alone(self) -> bool:
        """Whether the shot lists nobody else."""
        return len(self.shot.character_ids) == 1


@dataclass
class Search:
    """What was found of one character, and why candidates were refused."""

    character: Character
    num_tried: int = 0
    candidates: list[Candidate] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Choice:
    """The best candidate and its score; no candidate where none passed."""

    candidate: Candidate | None = None
    score: float = 0.0


def choose(searches: Mapping[str, Search], config: ChoiceConfig) -> dict[str, Choice]:
    """Return each character's best cut-out; those that show somebody else are refused and counted."""
    known = {name: _colours_alone(search) for name, search in searches.items()}
    return {name: _best(name, search, known, config) for name, search in searches.items()}


def _colours_alone(search: Search) -> Histogram | None:
    """Return the typical colours of a character where it is alone, or None where it never is."""
    alone = [candidate.colours for candidate in search.candidates if candidate.is_alone]
    return np.median(np.stack(alone), axis=0).astype(np.float32) if alone else None


def _best(name: str, search: Search, known: Mapping[str, Histogram | None], config: ChoiceConfig) -> Choice:
    best = Choice()
    for candidate in search.candidates:
        others = [known.get(other) for other in candidate.shot.character_ids if other != name]
        shares = [share_explained(candidate.colours, known[name], other) for other in others if other is not None]
        if max(shares, default=0.0) > config.max_other_share:
            search.refusals["showing somebody else"] += 1
            continue
        weight = 1.0 if candidate.is_alone else config.shared_weight
        score = weight * candidate.quality * _agreement(candidate, search, config)
        if best.candidate is None or score > best.score:
            best = Choice(candidate, score)
    return best


def _agreement(candidate: Candidate, search: Search, config: ChoiceConfig) -> float:
    """Return 0..1: how like its colours are those of cut-outs from other shots; shared ones judge shared ones only."""
    elsewhere = [other for other in search.candidates if other.shot.shot_id != candidate.shot.shot_id]
    alone = [other for other in elsewhere if other.is_alone]
    judges = alone if alone or candidate.is_alone else elsewhere
    if not judges:
        return config.neutral_agreement
    return fmean(likeness_of(candidate.colours, other.colours) for other in judges)
