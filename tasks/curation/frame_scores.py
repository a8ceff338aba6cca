"""What one decode leaves behind for finding boundaries: scores, detector cuts and a tiny picture per frame.

Boundaries are decided from these alone (see `fusion.py`), so a threshold changes without decoding again.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector, ContentDetector

from pegbar.config import Config
from pegbar.media import Frame

Pictures = npt.NDArray[np.float32]

THUMBNAIL_SIDE = 16
CHANNELS = 3
TIMECODE_RATE = 1000.0  # nominal: detectors get frame numbers as time, so no rate enters their decisions


class DetectorsConfig(Config):
    """PySceneDetect 0.7.2's ContentDetector and AdaptiveDetector, at that release's defaults.

    Their own minimum scene length is off: it counts frames and hides cuts; the fusion has its own, in
    seconds. `analysis_side` is the longer side of the picture they see, in pixels.
    """

    analysis_side: int = Field(default=256, ge=32)
    content_threshold: float = 27.0
    adaptive_threshold: float = 3.0
    adaptive_window_frames: int = Field(default=2, ge=1)
    adaptive_min_content: float = 15.0


@dataclass(frozen=True)
class FrameScores:
    """One row per frame: film time, content score, and a picture of 16x16 RGB as uint8 of shape (n, 768).

    `detail` is the mean squared brightness step from pixel to pixel, which a mix of two pictures loses and
    motion keeps. `cuts` holds the frames at which each detector, by name, saw a new shot begin.
    """

    seconds: npt.NDArray[np.float64]
    content: npt.NDArray[np.float64]
    detail: npt.NDArray[np.float64]
    thumbnails: npt.NDArray[np.uint8]
    cuts: dict[str, tuple[int, ...]]

    @property
    def num_frames(self) -> int:
        """How many frames were decoded."""
        return len(self.seconds)


class FrameScorer:
    """A frame sink that feeds every detector from the same small picture."""

    def __init__(self, config: DetectorsConfig) -> None:
        self._side = config.analysis_side
        self._detectors: dict[str, Any] = {
            "content": ContentDetector(threshold=config.content_threshold, min_scene_len=0),
            "adaptive": AdaptiveDetector(
                adaptive_threshold=config.adaptive_threshold,
                min_scene_len=0,
                window_width=config.adaptive_window_frames,
                min_content_val=config.adaptive_min_content,
            ),
        }
        self._cuts: dict[str, set[int]] = {name: set() for name in self._detectors}
        self._seconds: list[float] = []
        self._content: list[float] = []
        self._detail: list[float] = []
        self._thumbnails: list[npt.NDArray[np.uint8]] = []

    def accept(self, frame: Frame) -> None:
        """Score one frame."""
        small = frame.fitted(self._side)
        picture = np.ascontiguousarray(small[:, :, ::-1])  # the detectors read BGR
        timecode = FrameTimecode(frame.index, TIMECODE_RATE)
        for name, detector in self._detectors.items():
            self._cuts[name].update(cut.frame_num for cut in detector.process_frame(timecode, picture))
        # The statistics object would also hand the score out, but makes the detector trace edges nobody uses.
        self._content.append(float(self._detectors["content"]._frame_score or 0.0))
        self._detail.append(_detail(small))
        self._seconds.append(frame.seconds)
        size = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        self._thumbnails.append(cv2.resize(small, size, interpolation=cv2.INTER_AREA))

    def scores(self) -> FrameScores:
        """Return everything collected."""
        return FrameScores(
            seconds=np.array(self._seconds),
            content=np.array(self._content),
            detail=np.array(self._detail),
            thumbnails=np.array(self._thumbnails, np.uint8).reshape(len(self._seconds), -1),
            cuts={name: tuple(sorted(cuts)) for name, cuts in self._cuts.items()},
        )


def likeness(one: Pictures, other: Pictures) -> float:
    """Return how far two thumbnails, shape (768,), are one picture in another light: their correlation.

    Each channel's mean is taken out first; 0 where one picture is one colour.
    """
    left, right = (picture.reshape(-1, CHANNELS) - picture.reshape(-1, CHANNELS).mean(0) for picture in (one, other))
    return float((left * right).sum() / max(1e-6, float(np.linalg.norm(left) * np.linalg.norm(right))))


def _detail(pixels: npt.NDArray[np.uint8]) -> float:
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.mean(np.diff(luma, axis=0) ** 2) + np.mean(np.diff(luma, axis=1) ** 2))
