"""A generator without weights: the reference picture, held still. The floor every model has to beat."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.animeshooter.config import VideoShape
from models.generators.base import check_request
from pegbar.config import Config


class StillGeneratorConfig(Config):
    """Settings of `StillGenerator`."""

    kind: Literal["still"] = "still"
    video: VideoShape = VideoShape()

    def build(self) -> "StillGenerator":
        """Construct the generator."""
        return StillGenerator(self)


class StillGenerator:
    """Fits the reference into the frame, on white, and repeats it for every shot."""

    def __init__(self, config: StillGeneratorConfig) -> None:
        self.frames_per_shot = config.video.num_frames
        self.fps = config.video.fps
        self.height = config.video.height
        self.width = config.video.width

    def generate(self, reference: NDArray[np.uint8], captions: Sequence[str], seed: int) -> list[NDArray[np.uint8]]:
        """Return one array (F, H, W, 3) per caption, all alike."""
        from PIL import Image, ImageOps

        check_request(reference, captions)
        fitted = ImageOps.pad(Image.fromarray(reference), (self.width, self.height), color=(255, 255, 255))
        shot = np.repeat(np.asarray(fitted, dtype=np.uint8)[None], self.frames_per_shot, axis=0)
        return [shot.copy() for _ in captions]
