"""Metrics: what a generated story scores, and how scores are aggregated."""

from models.metrics.bootstrap import mean_interval
from models.metrics.consistency import frame_scores, sampled_frames, shot_score
from models.metrics.harmeanp import AGGREGATION_ORDER, HarMeanP, harmeanp, harmeanp_of_story, mean, mean_of_story

__all__ = [
    "AGGREGATION_ORDER",
    "HarMeanP",
    "frame_scores",
    "harmeanp",
    "harmeanp_of_story",
    "mean",
    "mean_interval",
    "mean_of_story",
    "sampled_frames",
    "shot_score",
]
