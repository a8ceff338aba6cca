"""Shot models: networks that read a film's frames and say where its shots end. One file per backend."""

from models.shot_models.base import Pictures, Probabilities, ShotModel
from models.shot_models.transnet import TransNet, TransNetConfig

ShotModelConfig = TransNetConfig

__all__ = ["Pictures", "Probabilities", "ShotModel", "ShotModelConfig", "TransNet", "TransNetConfig"]
