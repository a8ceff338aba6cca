"""AnimeShooterGen as a story generator, built from a model folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from models.animeshooter.config import SamplerConfig
from models.generators.base import check_request

if TYPE_CHECKING:
    from models.animeshooter.model import AnimeShooter


class AnimeShooterGeneratorConfig(SamplerConfig):
    """Where the model lies; how it samples is inherited.

    Args:
        model: a model folder (`models.animeshooter.storage`).
        base: the base's folder; None where the model folder is packed with its base.
    """

    kind: Literal["animeshooter"] = "animeshooter"
    model: Path
    base: Path | None = None

    def build(self) -> "AnimeShooterGenerator":
        """Load the model.

        Raises:
            NotFoundError: no model or base there. IntegrityError: they do not fit or are damaged.
        """
        from models.animeshooter.storage import load_model

        return AnimeShooterGenerator(load_model(self.model, self.base), self)


class AnimeShooterGenerator:
    """Generates shot after shot, each aware of those before it."""

    def __init__(self, model: "AnimeShooter", sampler: SamplerConfig) -> None:
        self.model = model
        self.sampler = sampler
        self.frames_per_shot = model.video.num_frames
        self.fps = model.video.fps
        self.height = model.video.height
        self.width = model.video.width

    def generate(self, reference: NDArray[np.uint8], captions: Sequence[str], seed: int) -> list[NDArray[np.uint8]]:
        """Return one array (F, H, W, 3) per caption."""
        from models.animeshooter.sampling import generate_story

        check_request(reference, captions)
        return generate_story(self.model, reference, captions, seed, self.sampler)
