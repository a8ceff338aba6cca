"""Segmenters: what finds a character in a frame. One file per backend; clean-up and scores are common to all."""

from models.segmenters.base import Mask, Pixels, Segmenter, SegmentRequest, Subject
from models.segmenters.classical import ClassicalConfig
from models.segmenters.masks import CleanMask, MaskLimits, clean_mask
from models.segmenters.scoring import (
    CutoutScore,
    Histogram,
    ScoreConfig,
    colour_histogram,
    likeness_of,
    score_cutout,
    share_explained,
)

SegmenterConfig = ClassicalConfig

__all__ = [
    "ClassicalConfig",
    "CleanMask",
    "CutoutScore",
    "Mask",
    "Histogram",
    "MaskLimits",
    "Pixels",
    "ScoreConfig",
    "SegmentRequest",
    "Segmenter",
    "SegmenterConfig",
    "Subject",
    "clean_mask",
    "colour_histogram",
    "likeness_of",
    "score_cutout",
    "share_explained",
]
