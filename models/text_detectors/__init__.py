"""Text detectors: where a picture holds lettering. One file per backend."""

from models.text_detectors.base import Pixels, TextBox, TextDetector
from models.text_detectors.rapidocr import RapidOcrConfig

TextDetectorConfig = RapidOcrConfig

__all__ = ["Pixels", "RapidOcrConfig", "TextBox", "TextDetector", "TextDetectorConfig"]
