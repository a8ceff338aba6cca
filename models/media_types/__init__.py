"""Media types: what tells animation from live action. One file per backend."""

from typing import Annotated

from pydantic import Field

from models.media_types.base import MediaTypeClassifier, MediaTypeScore, Pixels
from models.media_types.classical import ClassicalConfig
from models.media_types.vlm import Question, VLMConfig

MediaTypeConfig = Annotated[ClassicalConfig | VLMConfig, Field(discriminator="kind")]

__all__ = [
    "ClassicalConfig",
    "MediaTypeClassifier",
    "MediaTypeConfig",
    "MediaTypeScore",
    "Pixels",
    "Question",
    "VLMConfig",
]
