"""Effects told by a model that is shown the audio shot, and hears it if it takes films (AnimeShooter, appendix A.3)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.clients import Calls, ClientConfig, Footage, LanguageClient, Part, Picture, Question, Text
from models.prompts import Prompt
from models.sound_annotators.base import SoundNote, SoundRequest
from models.sound_annotators.measured import MeasuredSoundAnnotator, MeasuredSoundConfig
from pegbar.config import Config
from pegbar.errors import AnswerError

PROMPTS = Path(__file__).parent / "prompts"


class LanguageSoundConfig(Config):
    """Who is asked, with which words, and what is shown.

    Args:
        max_pictures: of an audio shot, spread over it, for a client that takes no films.
        shows: films go to a client that takes them, up to `max_clip_bytes`; all others see pictures.
        measured: how the signal is described to a model that cannot hear it.
    """

    kind: Literal["language"] = "language"
    client: ClientConfig
    prompt: Literal["animeshooter_audio.v1"] = "animeshooter_audio.v1"
    max_pictures: int = Field(default=8, ge=1)
    shows: Literal["footage", "pictures"] = "footage"
    max_clip_bytes: int = Field(default=14 << 20, ge=0)
    max_length: int = Field(default=600, ge=1)
    measured: MeasuredSoundConfig = MeasuredSoundConfig()

    def build(self, calls: Calls) -> "LanguageSoundAnnotator":
        """Return the annotator.

        Raises:
            MissingExtraError, NotFoundError, InputError: see the client's `build`.
        """
        return LanguageSoundAnnotator(self, self.client.build(calls))


class ToldSound(BaseModel):
    """The answer, its keys as the paper has them."""

    model_config = ConfigDict(populate_by_name=True)

    type: str
    sound_description: str = Field(alias="sound description")
    visual_context: str = Field(alias="visual context")


class LanguageSoundAnnotator:
    """Asks once per audio shot; the story around it is told, so that characters and places keep their names."""

    def __init__(self, config: LanguageSoundConfig, client: LanguageClient) -> None:
        self._config = config
        self._client = client
        self._prompt = Prompt.load(PROMPTS / f"{config.prompt}.md")
        self._measured = MeasuredSoundAnnotator(config.measured)
        self.name = client.name
        self.version = self._prompt.version

    def annotate(self, request: SoundRequest) -> SoundNote:
        """Return the model's words; of a shot that it never answers right, the signal's description with the reason."""
        shown = self._shown(request)
        if not shown:
            return self._untold(request, "no picture was kept of it")
        question = Question(
            prompt=self._prompt.title,
            parts=(Text(self._words(request)), *shown),
            answer=ToldSound,
            check=self._violations,
        )
        try:
            told = self._client.ask(question).value
        except AnswerError as error:
            return self._untold(request, error.what)
        return SoundNote(
            sound_type=told.type.strip(),
            sound_description=told.sound_description.strip(),
            visual_context=told.visual_context.strip(),
        )

    def _untold(self, request: SoundRequest, reason: str) -> SoundNote:
        return SoundNote(sound_description=self._measured.describe(request.traits), reason=reason)

    def _violations(self, answer: ToldSound) -> Sequence[str]:
        told = answer.model_dump(by_alias=True).items()
        empty = [f'"{key}" is empty' for key, text in told if not text.strip()]
        return empty + [
            f'"{key}" is longer than {self._config.max_length} characters'
            for key, text in told
            if len(text) > self._config.max_length
        ]

    def _words(self, request: SoundRequest) -> str:
        shot, listed = request.audio_shot, set(request.audio_shot.character_ids)
        cast = [f"{who.name}: {who.appearance}" for who in request.characters if who.character_id in listed]
        places = [f"{place.name}: {place.environment}" for place in request.scenes if place.scene_id == shot.scene_id]
        return self._prompt.render(
            storyline=request.story.storyline or "not told",
            cast="\n".join(cast) or "nobody of the main characters",
            place="\n".join(places) or "not told",
            caption=shot.caption or shot.plot or "not told",
            measured=self._measured.describe(request.traits) or "nothing is heard",
        )

    def _shown(self, request: SoundRequest) -> list[Part]:
        if self._config.shows == "footage" and self._client.takes_footage:
            clip = request.media.clip(request.stretch)
            if clip.stat().st_size <= self._config.max_clip_bytes:
                return [Footage(clip)]
        pictures = request.media.pictures(request.stretch)
        count = min(self._config.max_pictures, len(pictures))
        chosen = [pictures[(2 * place + 1) * len(pictures) // (2 * count)] for place in range(count)]
        return [Picture(picture.path.read_bytes()) for picture in chosen]
