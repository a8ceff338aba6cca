"""Sound annotators: what tells the effects that are heard in an audio shot. One file per backend."""

from typing import Annotated

from pydantic import Field

from models.sound_annotators.base import SoundAnnotator, SoundNote, SoundRequest, SoundTraits
from models.sound_annotators.language import LanguageSoundConfig
from models.sound_annotators.measured import MeasuredSoundConfig
from models.sound_annotators.script import ScriptSoundConfig

SoundAnnotatorConfig = Annotated[
    ScriptSoundConfig | MeasuredSoundConfig | LanguageSoundConfig, Field(discriminator="kind")
]

__all__ = [
    "LanguageSoundConfig",
    "MeasuredSoundConfig",
    "ScriptSoundConfig",
    "SoundAnnotator",
    "SoundAnnotatorConfig",
    "SoundNote",
    "SoundRequest",
    "SoundTraits",
]
