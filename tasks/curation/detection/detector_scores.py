"""What PySceneDetect 0.7.2's detectors measure, all from one small picture per frame, each thing computed once.

The numbers are that release's, bit for bit; what is decided from them is in `detector_cuts.py`.
"""

import cv2
import numpy as np
from pydantic import Field

from models.shot_models import ShotModelConfig
from pegbar.config import Config
from tasks.curation.detection.detector_cuts import adaptive_ratio
from tasks.curation.detection.model_scores import ModelScores
from tasks.curation.frame_table import THUMBNAIL_SIDE, Columns, FrameScorer, Glimpse, Pixels, Thumbnails


class DetectorsConfig(Config):
    """What is measured of every frame to find shots; no threshold is among it.

    Args:
        histogram_bins: HistogramDetector's, at its default.
        shot_model: a model that reads the frames as well; None leaves its column NaN.
    """

    histogram_bins: int = Field(default=128, ge=2)
    shot_model: ShotModelConfig | None = None

    def build(self) -> list[FrameScorer]:
        """Return the scorers of one film.

        Raises:
            MissingExtraError: the model's package is not installed.
        """
        scorers: list[FrameScorer] = [DetectorScores(self.histogram_bins)]
        return scorers if self.shot_model is None else [*scorers, ModelScores(self.shot_model.build())]


class DetectorScores:
    """A frame scorer: content, adaptive, histogram, luma, detail, seconds and thumbnails."""

    def __init__(self, histogram_bins: int) -> None:
        self._bins = histogram_bins
        self._before: tuple[Pixels, Pixels] | None = None  # the last frame: HSV, histogram of luma
        self._rows: list[tuple[float, ...]] = []
        self._details: list[Thumbnails] = []
        self._thumbnails: list[Thumbnails] = []

    def accept(self, glimpse: Glimpse) -> None:
        """Measure one frame."""
        small = glimpse.small
        hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
        luma = cv2.extractChannel(cv2.cvtColor(small, cv2.COLOR_RGB2YUV), 0)
        counts = cv2.calcHist([luma], [0], None, [self._bins], [0, 256])
        histogram = cv2.normalize(counts, counts).flatten()
        content = 0.0
        likeness = 1.0
        if self._before is not None:
            content = _content(hsv, self._before[0])
            likeness = cv2.compareHist(self._before[1], histogram, cv2.HISTCMP_CORREL)
        mean = sum(cv2.sumElems(small)) / small.size
        self._rows.append((glimpse.seconds, content, likeness, mean))
        self._details.append(_detail(luma))
        self._thumbnails.append(
            cv2.resize(small, (THUMBNAIL_SIDE, THUMBNAIL_SIDE), interpolation=cv2.INTER_AREA).reshape(-1)
        )
        self._before = (hsv, histogram)

    def columns(self) -> Columns:
        """Return the columns; `transnet` is NaN, for a model to replace."""
        rows = np.array(self._rows, np.float64).reshape(len(self._rows), -1)
        seconds, content, histogram, luma = (np.ascontiguousarray(column) for column in rows.T)
        return {
            "seconds": seconds,
            "content": content,
            "adaptive": adaptive_ratio(content),
            "histogram": histogram,
            "luma": luma,
            "detail": np.stack(self._details),
            "transnet": np.full(len(seconds), np.nan),
            "thumbnails": np.stack(self._thumbnails),
        }


def _content(hsv: Pixels, before: Pixels) -> float:
    """Return ContentDetector's score at its default weights: hue, saturation and value count alike."""
    num_pixels = float(hsv.shape[0] * hsv.shape[1])
    return sum(total / num_pixels for total in cv2.sumElems(cv2.absdiff(hsv, before))[:3]) / 3.0


def _detail(luma: Pixels) -> Thumbnails:
    steps = np.zeros((THUMBNAIL_SIDE, THUMBNAIL_SIDE), np.float32)
    for one, other in ((luma[1:], luma[:-1]), (luma[:, 1:], luma[:, :-1])):
        if one.size:
            step = cv2.absdiff(one, other)
            squared = cv2.multiply(step, step, dtype=cv2.CV_16U)
            steps += cv2.resize(squared, steps.shape, interpolation=cv2.INTER_AREA)
    return np.minimum(np.round(np.sqrt(steps)), 255).astype(np.uint8).reshape(-1)
