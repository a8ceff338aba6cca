"""Effects as a script tells them (`audio annotation` of its shots); where it tells none, the signal is described."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, JsonValue

from models.clients import Calls
from models.sound_annotators.base import SoundNote, SoundRequest
from models.sound_annotators.measured import MeasuredSoundAnnotator, MeasuredSoundConfig
from pegbar.config import Config

KEY = "audio annotation"
FIELDS = ("type", "sound description", "visual context")
Told = dict[str, str]


class ScriptSoundConfig(Config):
    """What describes the sound of a shot that the script is silent about.

    Args:
        max_length: of a text, in characters; a longer one is refused.
    """

    kind: Literal["script"] = "script"
    untold: MeasuredSoundConfig = MeasuredSoundConfig()
    max_length: int = Field(default=2000, ge=1)

    def build(self, calls: Calls) -> "ScriptSoundAnnotator":
        """Return the annotator, which asks nobody."""
        return ScriptSoundAnnotator(self)


class ScriptSoundAnnotator:
    """Joins what is told of an audio shot's shots: every different type, description and context, in order."""

    name = "script"
    version = 1

    def __init__(self, config: ScriptSoundConfig) -> None:
        self._config = config
        self._measured = MeasuredSoundAnnotator(config.untold)

    def annotate(self, request: SoundRequest) -> SoundNote:
        """Return what the script tells; a shot's annotation that lacks a field or is no text counts as none."""
        told = list(self._told(request))
        if not told:
            measured = self._measured.annotate(request)
            return measured.model_copy(update={"reason": f"the script tells none of its sounds; {measured.reason}"})
        joined = ("; ".join(dict.fromkeys(one[field] for one in told)) for field in FIELDS)
        sound_type, description, context = joined
        return SoundNote(sound_type=sound_type, sound_description=description, visual_context=context)

    def _told(self, request: SoundRequest) -> Iterator[Told]:
        for extra in request.told:
            value = extra.get(KEY)
            fields = {_plain(key): text for key, text in value.items()} if isinstance(value, dict) else {}
            texts = {name: self._text(fields.get(name)) for name in FIELDS}
            if all(texts.values()):
                yield texts

    def _text(self, value: JsonValue) -> str:
        text = " ".join(value.split()) if isinstance(value, str) else ""
        return text if len(text) <= self._config.max_length else ""


def _plain(key: str) -> str:
    return " ".join(key.replace("_", " ").lower().split())
