"""Text detectors: where a picture holds lettering. One file per backend."""

from typing import Annotated

from pydantic import Field

from models.text_detectors.base import Pixels, TextBox, TextDetector
from models.text_detectors.classical import ClassicalTextConfig
from models.text_detectors.rapidocr import RapidOcrConfig

TextDetectorConfig = Annotated[RapidOcrConfig | ClassicalTextConfig, Field(discriminator="kind")]

__all__ = ["ClassicalTextConfig", "Pixels", "RapidOcrConfig", "TextBox", "TextDetector", "TextDetectorConfig"]
