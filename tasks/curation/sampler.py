"""Pictures of a film at regular times, kept as JPEG: what text, faces, media type and reports are read from."""

from pathlib import Path

import cv2
from pydantic import Field

from pegbar.config import Config
from pegbar.media import Frame
from tasks.curation.film_view import Sample

FOLDER = "samples"


class SamplingConfig(Config):
    """How often a picture is kept, its longer side in pixels at most, and its JPEG quality."""

    every_seconds: float = Field(default=0.5, gt=0)
    max_side: int = Field(default=640, ge=64)
    quality: int = Field(default=90, ge=1, le=100)


class Sampler:
    """A frame sink that writes ``samples/<frame>.jpg`` under `folder`."""

    def __init__(self, folder: Path, config: SamplingConfig) -> None:
        self._folder = folder
        self._config = config
        self._due_seconds = 0.0
        self.samples: list[Sample] = []
        (folder / FOLDER).mkdir()

    def accept(self, frame: Frame) -> None:
        """Keep the frame if one is due."""
        if frame.seconds < self._due_seconds:
            return
        sample = Sample(frame=frame.index, seconds=frame.seconds, path=f"{FOLDER}/{frame.index:07d}.jpg")
        pixels = frame.fitted(self._config.max_side)
        cv2.imwrite(
            str(self._folder / sample.path), pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, self._config.quality]
        )
        self.samples.append(sample)
        while self._due_seconds <= frame.seconds:
            self._due_seconds += self._config.every_seconds
