"""Segmenters: what finds a character in a frame. One file per backend; clean-up and scores are common to all."""

from typing import Annotated

from pydantic import Field

from models.segmenters.base import Glimpse, Mask, Pixels, Segmenter, SegmentRequest, Subject
from models.segmenters.classical import ClassicalConfig
from models.segmenters.competition import CompetitionConfig
from models.segmenters.grounded_sam2 import GroundedSam2Config
from models.segmenters.masks import CleanMask, MaskLimits, clean_mask
from models.segmenters.phrases import PhraseConfig
from models.segmenters.sam3 import Sam3Config
from models.segmenters.scoring import (
    CutoutScore,
    Histogram,
    ScoreConfig,
    colour_histogram,
    likeness_of,
    score_cutout,
    share_explained,
)

SegmenterConfig = Annotated[ClassicalConfig | Sam3Config | GroundedSam2Config, Field(discriminator="kind")]

__all__ = [
    "ClassicalConfig",
    "CleanMask",
    "CompetitionConfig",
    "CutoutScore",
    "Glimpse",
    "GroundedSam2Config",
    "Histogram",
    "Mask",
    "MaskLimits",
    "PhraseConfig",
    "Pixels",
    "Sam3Config",
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
