"""A segmenter without weights: it learns each character's colours from a whole story, then parts a shot's cast."""

from typing import Literal

import cv2
import numpy as np
from pydantic import Field

from models.segmenters.base import Glimpse, Mask, SegmentRequest, Subject
from models.segmenters.beliefs import BeliefConfig
from models.segmenters.cutting import CuttingConfig, cut_apart
from models.segmenters.looks import look_at
from models.segmenters.shot_beliefs import Palettes, ShotBelief, learnt
from pegbar.config import Config

CastMasks = dict[Subject, list[Mask | None]]


class ClassicalConfig(Config):
    """How large the work is and how often beliefs and colours take turns (expectation and maximisation).

    Args:
        work_side: longer side of the work, in pixels.
    """

    kind: Literal["classical"] = "classical"
    work_side: int = Field(default=192, ge=64)
    learning_rounds: int = Field(default=2, ge=1)
    shot_rounds: int = Field(default=2, ge=1)
    beliefs: BeliefConfig = BeliefConfig()
    cutting: CuttingConfig = CuttingConfig()

    def build(self) -> "ClassicalSegmenter":
        """Construct the segmenter."""
        return ClassicalSegmenter(self)


class ClassicalSegmenter:
    """Finds what stands out and moves, and tells characters apart by the colours they keep from shot to shot.

    It remembers the story and the shot it saw last: a story is learnt once, and a shot's cast is parted once for all
    of its characters.
    """

    name = "classical"
    version = 2

    def __init__(self, config: ClassicalConfig) -> None:
        self._config = config
        self._story: tuple[Glimpse, ...] = ()
        self._palettes: Palettes = {}
        self._shot: SegmentRequest | None = None
        self._masks: CastMasks = {}

    def segment(self, request: SegmentRequest) -> list[Mask | None]:
        """Return one raw mask per target, of the frame's size; None where the character is not believed to be."""
        cast = tuple(sorted({request.subject, *request.others}, key=lambda one: (one.name, one.appearance)))
        if not self._is_same_shot(request, cast):
            self._masks = self._parted(request, cast)
            self._shot = request
        return self._masks[request.subject]

    def _is_same_shot(self, request: SegmentRequest, cast: tuple[Subject, ...]) -> bool:
        last = self._shot
        return (
            last is not None
            and last.frames is request.frames
            and last.story is request.story
            and last.targets == request.targets
            and self._masks.keys() == set(cast)
        )

    def _parted(self, request: SegmentRequest, cast: tuple[Subject, ...]) -> CastMasks:
        palettes = self._learn(request.story)
        look = look_at(request.frames, request.targets, self._config.work_side)
        shot = ShotBelief(look, cast, self._config.beliefs)
        for _ in range(self._config.shot_rounds):
            shot.update(palettes)
        height, width = request.frames[0].shape[:2]
        masks: CastMasks = {subject: [] for subject in cast}
        for pixels, belief, places in zip(look.frames, shot.beliefs, shot.places, strict=True):
            for subject, mask in zip(cast, cut_apart(pixels, belief, places, self._config.cutting), strict=True):
                masks[subject].append(None if mask is None else _enlarged(mask, width, height))
        return masks

    def _learn(self, story: tuple[Glimpse, ...]) -> Palettes:
        """Return the colours of everybody a story lists, from frames of its shots."""
        if story is self._story:
            return self._palettes
        shots = [
            ShotBelief(
                look_at(glimpse.frames, tuple(range(len(glimpse.frames))), self._config.work_side),
                glimpse.cast,
                self._config.beliefs,
            )
            for glimpse in story
            if glimpse.frames and glimpse.cast
        ]
        palettes: Palettes = {}
        for turn in range(self._config.learning_rounds):
            if turn:
                for shot in shots:
                    shot.update(palettes)
            palettes = learnt(shots)
        self._story, self._palettes = story, palettes
        return palettes


def _enlarged(mask: Mask, width: int, height: int) -> Mask:
    grown = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    result: Mask = grown > 0.5
    return result
