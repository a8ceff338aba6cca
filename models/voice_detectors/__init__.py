"""Voice detectors: what hears speech. One file per backend."""

from models.voice_detectors.base import SAMPLE_RATE, WINDOW_SAMPLES, Samples, VoiceDetector
from models.voice_detectors.silero import SileroConfig

VoiceDetectorConfig = SileroConfig

__all__ = ["SAMPLE_RATE", "WINDOW_SAMPLES", "Samples", "SileroConfig", "VoiceDetector", "VoiceDetectorConfig"]
