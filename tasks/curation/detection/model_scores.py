"""A shot model as a frame scorer: windows run while the film goes by, so that only one of them is ever held."""

import cv2
import numpy as np

from models.shot_models import Pictures, Probabilities, ShotModel
from tasks.curation.frame_table import Columns, Glimpse


class ModelScores:
    """A frame scorer for the `transnet` column. The film's first and last pictures are repeated around it."""

    def __init__(self, model: ShotModel) -> None:
        self._model = model
        self._step = model.window_frames - 2 * model.margin_frames
        self._held: list[Pictures] = []
        self._found: list[Probabilities] = []
        self._num_frames = 0

    def accept(self, glimpse: Glimpse) -> None:
        """Take one frame, and run the model where a window is full."""
        picture = cv2.resize(glimpse.small, self._model.picture_size, interpolation=cv2.INTER_AREA)
        if self._num_frames == 0:
            self._held = [picture] * self._model.margin_frames
        self._num_frames += 1
        self._hold(picture)

    def columns(self) -> Columns:
        """Return how likely each frame is the last of its shot."""
        last = self._held[-1]
        while len(self._found) * self._step < self._num_frames:
            self._hold(last)
        return {"transnet": np.concatenate(self._found)[: self._num_frames]}

    def _hold(self, picture: Pictures) -> None:
        self._held.append(picture)
        if len(self._held) == self._model.window_frames:
            margin = self._model.margin_frames
            self._found.append(self._model.probabilities(np.stack(self._held))[margin:-margin])
            self._held = self._held[self._step :]
