"""Which cut-out stands for a character: a good one that agrees with the others; scenery changes, it does not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import fmean

import numpy as np
from pydantic import Field

from models.segmenters import Histogram, likeness_of, share_explained
from models.verifiers import Verdict
from pegbar.config import Config
from pegbar.records import Character, Shot

SOMEBODY_ELSE = "showing somebody else"


class ChoiceConfig(Config):
    """How cut-outs of one character compete.

    Args:
        shared_weight: what a cut-out's score is worth where the shot lists others too.
        neutral_agreement: how far a cut-out agrees that no other shot can confirm.
        max_other_share: above this share in the colours of another character of the shot it shows the other one.
        max_likeness: a character that is never alone and whose cut-outs are this like another's is that other.
        min_score: below this the best is not good enough.
    """

    version: int = 2
    shared_weight: float = Field(default=0.7, ge=0, le=1)
    neutral_agreement: float = Field(default=0.6, ge=0, le=1)
    max_other_share: float = Field(default=0.35, ge=0, le=1)
    max_likeness: float = Field(default=0.75, ge=0, le=1)
    min_score: float = Field(default=0.05, ge=0, le=1)


@dataclass(frozen=True)
class Candidate:
    """A cut-out within the limits; pictures are kept as PNG, since there are many.

    Args:
        quality: see `CutoutScore.value`.
        aspect: its height over its width.
    """

    shot: Shot
    frame: int
    film_seconds: float
    image: bytes
    mask: bytes
    area_share: float
    quality: float
    colours: Histogram
    aspect: float = 1.0

    @property
    def is_alone(self) -> bool:
        """Whether the shot lists nobody else."""
        return len(self.shot.character_ids) == 1

    def lightened(self) -> "Candidate":
        """Return it without its pictures."""
        return replace(self, image=b"", mask=b"")


@dataclass(frozen=True)
class Tried:
    """One frame in which a character was looked for: its cut-out, or why there is none."""

    frame: int
    area_share: float
    candidate: Candidate | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Ranked:
    """A cut-out, the score it competes with, and its verdict where it was judged."""

    candidate: Candidate
    score: float
    shows_somebody_else: bool = False
    verdict: Verdict | None = None
    refusal: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether anything was said of it."""
        return self.verdict is not None or bool(self.refusal)

    @property
    def short_refusal(self) -> str:
        """The criteria that fail, or why there was no verdict."""
        return ", ".join(self.verdict.failed) if self.verdict and self.verdict.failed else self.refusal

    @property
    def is_accepted(self) -> bool:
        """Whether it may stand for its character."""
        return self.verdict is not None and self.verdict.is_accepted


@dataclass
class Search:
    """What was found of one character."""

    character: Character
    tried: list[Tried] = field(default_factory=list)
    ranked: list[Ranked] = field(default_factory=list)

    @property
    def candidates(self) -> list[Candidate]:
        """The cut-outs within the limits, in the order they were tried."""
        return [tried.candidate for tried in self.tried if tried.candidate is not None]

    @property
    def refusals(self) -> Counter[str]:
        """Why frames and cut-outs were refused, and how often."""
        limits = [tried.refusal for tried in self.tried if tried.refusal]
        return Counter([*limits, *(one.short_refusal for one in self.ranked if one.refusal)])

    @property
    def best(self) -> Ranked | None:
        """The accepted cut-out with the highest score."""
        return next((ranked for ranked in self.ranked if ranked.is_accepted), None)

    def lightened(self) -> "Search":
        """Return the search without the pictures of what was not chosen: a long film has thousands."""
        best = self.best
        tried = [replace(one, candidate=one.candidate and one.candidate.lightened()) for one in self.tried]
        ranked = [one if one is best else replace(one, candidate=one.candidate.lightened()) for one in self.ranked]
        return Search(self.character, tried, ranked)


def rank(searches: Mapping[str, Search], config: ChoiceConfig) -> dict[str, list[Ranked]]:
    """Return each character's cut-outs, the best first; those in somebody else's colours are marked."""
    known = {name: _known(search.candidates) for name, search in searches.items()}
    return {name: _ranked(name, search.candidates, known, config) for name, search in searches.items()}


@dataclass(frozen=True)
class Known:
    """The typical colours of a character, and whether they are of shots that list nobody else."""

    colours: Histogram
    is_sure: bool


def _known(candidates: list[Candidate]) -> Known | None:
    """Return the typical colours of a character, where it is alone if it ever is; None without cut-outs."""
    alone = [candidate.colours for candidate in candidates if candidate.is_alone]
    colours = alone or [candidate.colours for candidate in candidates]
    return Known(np.median(np.stack(colours), axis=0).astype(np.float32), bool(alone)) if colours else None


def _ranked(
    name: str, candidates: list[Candidate], known: Mapping[str, Known | None], config: ChoiceConfig
) -> list[Ranked]:
    ranked = []
    for candidate in candidates:
        others = [known.get(other) for other in candidate.shot.character_ids if other != name]
        shares = [_share_of(other, candidate, known[name], config) for other in others if other is not None]
        weight = 1.0 if candidate.is_alone else config.shared_weight
        agreement = _agreement(candidate, candidates, config) * _pose_agreement(candidate, candidates)
        score = weight * candidate.quality * agreement
        ranked.append(Ranked(candidate, score, max(shares, default=0.0) > config.max_other_share))
    return sorted(ranked, key=lambda one: (-one.score, one.candidate.frame))


def _share_of(other: Known, candidate: Candidate, own: Known | None, config: ChoiceConfig) -> float:
    """Return the share of a cut-out that is more another's; unsure colours that are all but the other's are no help."""
    is_the_other = (
        own is not None
        and other.is_sure
        and not own.is_sure
        and likeness_of(own.colours, other.colours) > config.max_likeness
    )
    return share_explained(candidate.colours, None if own is None or is_the_other else own.colours, other.colours)


def _agreement(candidate: Candidate, candidates: list[Candidate], config: ChoiceConfig) -> float:
    """Return 0..1: how like its colours are those of cut-outs from other shots; shared ones judge shared ones only."""
    elsewhere = [other for other in candidates if other.shot.shot_id != candidate.shot.shot_id]
    alone = [other for other in elsewhere if other.is_alone]
    judges = alone if alone or candidate.is_alone else elsewhere
    if not judges:
        return config.neutral_agreement
    return fmean(likeness_of(candidate.colours, other.colours) for other in judges)


def _pose_agreement(candidate: Candidate, candidates: list[Candidate]) -> float:
    """Return 0..1: how near its height over width is to the character's usual one; a leap or a crouch is not."""
    usual = float(np.median([other.aspect for other in candidates]))
    return min(candidate.aspect, usual) / max(candidate.aspect, usual)
