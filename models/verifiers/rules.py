"""The five criteria of AnimeShooter (section 3.3, figure 7) without a language model: rules over pixels and words.

What they cannot see: an extreme expression, a head turned away, a limb that something hides, a missing hat. A model
that looks can; these refuse what is plainly no reference.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import cv2
import numpy as np
from pydantic import Field

from models.clients.base import Calls
from models.segmenters import CutoutScore, ScoreConfig, score_cutout
from models.segmenters.base import Mask, Pixels
from models.segmenters.colour_words import colours_named, likeness, to_lab
from models.verifiers.base import Criterion, Cutout, Verdict
from models.verifiers.told_colours import contradiction
from pegbar.config import Config

Failure = tuple[Criterion, str]


class RulesVerifierConfig(Config):
    """Below or above which measure a cut-out is refused.

    Args:
        min_completeness: below this the frame's edge cuts the character.
        min_compactness: below this share of its convex hull it is streaks or fragments.
        min_wholeness: below this share of it in one piece, but for narrow necks, it is in fragments.
        min_contrast: below this difference of colours it is part of its surroundings.
        min_outline: below this share of its outline at edges of the picture it holds scenery, or lacks a part.
        min_named_share: below this share of pixels in the colours its description names it is not the one described.
        max_foreign: above this many times as many pixels in colours that only the others' descriptions name it is one
            of them.
        min_aspect, max_aspect: height over width of a clear view; beyond them it lies stretched out or is a sliver.
        min_side_pixels: shorter side of its box.
        min_sharpness: see `CutoutScore`; below it the picture is out of focus or smeared by motion.
        min_light_range: 8-bit lightness between the frame's darkest and lightest 5 %; below it lies under a veil.
        alike: likeness to a colour's word from which a pixel counts as that colour.
    """

    kind: Literal["rules"] = "rules"
    version: int = 1
    score: ScoreConfig = ScoreConfig()
    min_completeness: float = Field(default=0.6, ge=0, le=1)
    min_compactness: float = Field(default=0.5, ge=0, le=1)
    min_wholeness: float = Field(default=0.8, ge=0, le=1)
    min_contrast: float = Field(default=0.5, ge=0, le=1)
    min_outline: float = Field(default=0.9, ge=0, le=1)
    min_named_share: float = Field(default=0.05, ge=0, le=1)
    max_foreign: float = Field(default=2.0, gt=0)
    min_aspect: float = Field(default=0.4, gt=0)
    max_aspect: float = Field(default=4.0, gt=0)
    min_side_pixels: int = Field(default=24, ge=1)
    min_sharpness: float = Field(default=0.15, ge=0, le=1)
    min_light_range: float = Field(default=40.0, ge=0)
    alike: float = Field(default=0.15, gt=0, lt=1)

    def build(self, calls: Calls) -> "RulesVerifier":
        """Construct the verifier; it makes no calls."""
        return RulesVerifier(self)


class RulesVerifier:
    """Accepts what no rule refuses; the score says how sharp, whole, large, compact and distinct a cut-out is."""

    name = "rules"
    version = 1

    def __init__(self, config: RulesVerifierConfig) -> None:
        self._config = config

    def verify(self, cutout: Cutout) -> Verdict:
        """Judge one cut-out; an explanation per criterion that fails."""
        if not cutout.mask.any():
            return Verdict(is_accepted=False, score=0.0, failed=("completeness",), explanation="nothing is cut out")
        parts = score_cutout(cutout.frame, cutout.mask, self._config.score)
        failures = [*self._completeness(parts), *self._description(cutout)]
        failures += [*self._consistency(cutout), *self._pose(cutout.mask), *self._quality(cutout, parts.sharpness)]
        failed = {criterion for criterion, _ in failures}
        return Verdict(
            is_accepted=not failures,
            score=parts.value,
            failed=tuple(criterion for criterion in get_args(Criterion) if criterion in failed),
            explanation=_explained(failures),
        )

    def _completeness(self, parts: CutoutScore) -> Iterator[Failure]:
        if parts.completeness < self._config.min_completeness:
            yield "completeness", "cut by the frame's edge"
        if parts.compactness < self._config.min_compactness:
            yield "completeness", "in streaks"
        if parts.wholeness < self._config.min_wholeness:
            yield "completeness", "in fragments"
        if parts.contrast < self._config.min_contrast:
            yield "completeness", "of its surroundings' colours"
        if parts.outline < self._config.min_outline:
            yield "completeness", "its outline follows no edges"

    def _description(self, cutout: Cutout) -> Iterator[Failure]:
        own, foreign = named_shares(cutout, self._config.alike)
        if own is not None and own < self._config.min_named_share:
            yield "description", "without the colours of its description"
        elif own is not None and foreign > self._config.max_foreign * own:
            yield "description", "in colours of another's description"

    def _consistency(self, cutout: Cutout) -> Iterator[Failure]:
        told = contradiction((cutout.appearance, *cutout.told))
        if told:
            yield "consistency", f"told of a {told}"

    def _pose(self, mask: Mask) -> Iterator[Failure]:
        height, width = _box(mask)
        if height < self._config.min_aspect * width:
            yield "pose", "lies stretched out"
        elif height > self._config.max_aspect * width:
            yield "pose", "a sliver"

    def _quality(self, cutout: Cutout, sharpness: float) -> Iterator[Failure]:
        if min(_box(cutout.mask)) < self._config.min_side_pixels:
            yield "quality", f"under {self._config.min_side_pixels} pixels"
        if sharpness < self._config.min_sharpness:
            yield "quality", "blurred"
        if _light_range(cutout.frame) < self._config.min_light_range:
            yield "quality", "under a veil"


def _explained(failures: Sequence[Failure]) -> str:
    whys: dict[str, list[str]] = {}
    for criterion, why in failures:
        whys.setdefault(criterion, []).append(why)
    return "; ".join(f"{criterion}: {', '.join(why)}" for criterion, why in whys.items())


def named_shares(cutout: Cutout, alike: float) -> tuple[float | None, float]:
    """Return the share of pixels in the colours the description names, and of those only the others' name.

    The first is None where the description names no colour.
    """
    named = colours_named(cutout.appearance)
    if not named:
        return None, 0.0
    lab = to_lab(cutout.frame[cutout.mask][None])
    own = likeness(lab, named) > alike
    others = tuple(colour for words in cutout.others for colour in colours_named(words) if colour not in named)
    foreign = (likeness(lab, others) > alike) & ~own
    return float(own.mean()), float(foreign.mean())


def _box(mask: Mask) -> tuple[int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1


def _light_range(frame: Pixels) -> float:
    dark, light = np.quantile(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (0.05, 0.95))
    return float(light - dark)
