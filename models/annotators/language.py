"""Annotation by a model that looks: one question per story brings its whole script (AnimeShooter, section 3.2)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from models.annotators.base import Annotation, AnnotationRequest, SeenPicture
from models.annotators.language_answer import ToldStory
from models.annotators.laying import LayingConfig, joined, lay, left_alone, shots_of
from models.annotators.rules import Stretch
from models.annotators.script_form import AnimeShooterReader, Script
from models.annotators.script_times import time_text
from models.clients import Calls, ClientConfig, Footage, LanguageClient, Part, Picture, Question, Text
from models.prompts import Prompt
from pegbar.config import Config
from pegbar.errors import AnswerError, ScriptError
from pegbar.records import Shot, Story

PROMPTS = Path(__file__).parent / "prompts"
NAME = "the answer"


class LanguageAnnotatorConfig(Config):
    """Who is asked, with which words, and what is shown.

    Args:
        client: the model; its kind is the name that decisions bear.
        max_pictures: of a story, spread evenly over it.
        shows: footage goes to a client that takes it, up to `max_clip_bytes`; all others see pictures.
    """

    kind: Literal["language"] = "language"
    client: ClientConfig
    prompt: Literal["animeshooter_story.v1"] = "animeshooter_story.v1"
    max_pictures: int = Field(default=60, ge=1)
    shows: Literal["footage", "pictures"] = "footage"
    max_clip_bytes: int = Field(default=14 << 20, ge=0)
    laying: LayingConfig = LayingConfig()

    def build(self, calls: Calls) -> "LanguageAnnotator":
        """Return the annotator.

        Raises:
            MissingExtraError, NotFoundError, InputError: see the client's `build`.
        """
        return LanguageAnnotator(self, self.client.build(calls))


class LanguageAnnotator:
    """Asks until the form, the ids, the times and every rule are right; its answer is laid like any script."""

    def __init__(self, config: LanguageAnnotatorConfig, client: LanguageClient) -> None:
        self._config = config
        self._client = client
        self._prompt = Prompt.load(PROMPTS / f"{config.prompt}.md")
        self.name = client.name
        self.version = self._prompt.version

    def annotate(self, request: AnnotationRequest) -> Annotation:
        """Return the request's stories and shots; a story that is never answered right stays as it came.

        Raises:
            ProviderError, CallBudgetError, ConfigurationError: see `LanguageClient`.
        """
        return joined(self._story(story, request) for story in request.stories)

    def _story(self, story: Story, request: AnnotationRequest) -> Annotation:
        shots = shots_of(request, story)
        shown = self._shown(story, request)
        if not shown:
            return left_alone(story, shots, "no picture was kept of it")
        question = Question(
            prompt=self._prompt.title,
            parts=(Text(self._words(story, shots)), *shown),
            answer=ToldStory,
            check=lambda answer: self._violations(answer, story.end_seconds - story.start_seconds),
        )
        try:
            answer = self._client.ask(question).value
        except AnswerError as error:
            return left_alone(story, shots, error.what)
        script = _script_of(answer).model_copy(update={"offset_seconds": story.start_seconds})
        return lay(story, request, script, self._config.laying)

    def _violations(self, answer: ToldStory, seconds: float) -> Sequence[str]:
        """Return what is wrong with the answer to a story of so many seconds, in story time."""
        try:
            script = _script_of(answer)
        except ScriptError as error:
            return [error.what]
        stretch = Stretch(start_seconds=0.0, end_seconds=seconds, film_seconds=seconds)
        return [str(finding) for finding in self._config.laying.rules.findings(script, stretch, "the story")]

    def _words(self, story: Story, shots: Sequence[Shot]) -> str:
        lines = [
            f"{number}. {time_text(shot.story_start_seconds)} to {time_text(shot.story_end_seconds)}"
            for number, shot in enumerate(shots, 1)
        ]
        return self._prompt.render(duration=time_text(story.end_seconds - story.start_seconds), shots="\n".join(lines))

    def _shown(self, story: Story, request: AnnotationRequest) -> list[Part]:
        if self._config.shows == "footage" and self._client.takes_footage:
            clip = request.media.clip(story)
            if clip.stat().st_size <= self._config.max_clip_bytes:
                return [Footage(clip)]
        parts: list[Part] = []
        for picture in _spread(request.media.pictures(story), self._config.max_pictures):
            parts += [Text(time_text(picture.seconds - story.start_seconds)), Picture(picture.path.read_bytes())]
        return parts


def _script_of(answer: ToldStory) -> Script:
    return AnimeShooterReader(NAME).story(answer.as_script())


def _spread(pictures: Sequence[SeenPicture], number: int) -> list[SeenPicture]:
    """Return so many pictures, evenly chosen, or all where there are fewer."""
    count = min(number, len(pictures))
    return [pictures[(2 * place + 1) * len(pictures) // (2 * count)] for place in range(count)]
