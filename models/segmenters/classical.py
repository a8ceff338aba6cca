"""A segmenter without weights: motion, colour and place seed OpenCV's GrabCut (Rother, Kolmogorov and Blake, 2004)."""

from typing import Literal

import cv2
import numpy as np
from pydantic import Field

from models.segmenters.base import Mask, Pixels, SegmentRequest
from models.segmenters.colour_words import Map, colours_named, likeness, to_lab
from models.segmenters.cues import centre_map, motion_map, rarity_map
from pegbar.config import Config


class ClassicalConfig(Config):
    """Weights of the cues and how they become seeds; `work_side` is the longer side, in pixels, of the work.

    Args:
        other_weight: how much of the other characters' colours counts against.
        sure_share: the best of the seeds, as a share of the frame, that GrabCut may not give up.
        edge_share: how far in from the left, right and upper edge is surely background.
    """

    kind: Literal["classical"] = "classical"
    work_side: int = Field(default=192, ge=64)
    motion_weight: float = 0.8
    rarity_weight: float = 0.8
    colour_weight: float = 0.9
    other_weight: float = 0.7
    blur_sigma: float = 3.0
    min_seed: int = Field(default=60, ge=0, le=255)
    sure_share: float = Field(default=0.05, gt=0, lt=1)
    edge_share: float = Field(default=0.02, ge=0, lt=0.5)
    rounds: int = Field(default=5, ge=1)

    def build(self) -> "ClassicalSegmenter":
        """Construct the segmenter."""
        return ClassicalSegmenter(self)


class ClassicalSegmenter:
    """Finds what stands out; tells characters apart only by the colours their descriptions name."""

    name = "classical"
    version = 1

    def __init__(self, config: ClassicalConfig) -> None:
        self._config = config

    def segment(self, request: SegmentRequest) -> list[Mask | None]:
        """Return one raw mask per target, of the frame's size; None where nothing stands out."""
        height, width = request.frames[0].shape[:2]
        scale = min(1.0, self._config.work_side / max(height, width))
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        small = tuple(cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in request.frames)
        return [_enlarged(self._cut(small, target, request), width, height) for target in request.targets]

    def _cut(self, frames: tuple[Pixels, ...], target: int, request: SegmentRequest) -> Mask | None:
        seeds = self._seeds(frames, target, request)
        labels = self._labels(seeds)
        if (labels == cv2.GC_PR_FGD).sum() + (labels == cv2.GC_FGD).sum() < 0.002 * labels.size:
            return None
        bgr = np.ascontiguousarray(frames[target][:, :, ::-1])
        cv2.setRNGSeed(0)  # its k-means draws; the same frame must give the same mask
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(bgr, labels, None, *models, self._config.rounds, cv2.GC_INIT_WITH_MASK)
        return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))

    def _seeds(self, frames: tuple[Pixels, ...], target: int, request: SegmentRequest) -> Map:
        """Return 0..255 per pixel: how likely it is the character's."""
        config = self._config
        lab = to_lab(frames[target])
        own = likeness(lab, colours_named(request.subject.appearance))
        shades = tuple(shade for other in request.others for shade in colours_named(other.appearance))
        colour = np.clip(own - config.other_weight * likeness(lab, shades), 0, 1)
        moving = motion_map(frames, target)
        sum_of_cues = (
            config.motion_weight * moving + config.rarity_weight * rarity_map(lab) + config.colour_weight * colour
        )
        seeds = cv2.GaussianBlur(sum_of_cues * centre_map(*lab.shape[:2]), (0, 0), config.blur_sigma)
        return np.asarray(255 * seeds / max(float(seeds.max()), 1e-6), np.float32)

    def _labels(self, seeds: Map) -> Pixels:
        config = self._config
        threshold, _ = cv2.threshold(seeds.astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
        likely = seeds > max(threshold, config.min_seed)
        sure = likely & (seeds > np.quantile(seeds, 1 - config.sure_share))
        labels = np.full(seeds.shape, cv2.GC_PR_BGD, np.uint8)
        labels[likely], labels[sure] = cv2.GC_PR_FGD, cv2.GC_FGD
        depth = max(2, int(config.edge_share * min(seeds.shape)))
        labels[:depth], labels[:, :depth], labels[:, -depth:] = cv2.GC_BGD, cv2.GC_BGD, cv2.GC_BGD
        return labels


def _enlarged(mask: Mask | None, width: int, height: int) -> Mask | None:
    if mask is None:
        return None
    grown = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    result: Mask = grown > 0.5
    return result
