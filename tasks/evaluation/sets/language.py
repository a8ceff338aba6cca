"""Story prompts by a language model, held to the rules: what it breaks is told to it, and it answers again."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.clients import Calls, ClientConfig, LanguageClient, Question, Text
from models.prompts import Prompt
from pegbar.config import Config
from tasks.evaluation.sets.rules import PlacedScene, PromptRules, PromptStory
from tasks.evaluation.sets.writers import Subject

PROMPTS = Path(__file__).parent / "prompts"


class ToldScene(BaseModel):
    """A scene as a model writes it."""

    model_config = ConfigDict(extra="forbid")

    caption: str
    background: str


class ToldPrompts(BaseModel):
    """Stories as a model writes them."""

    model_config = ConfigDict(extra="forbid")

    prompts: list[list[ToldScene]]

    @property
    def stories(self) -> tuple[PromptStory, ...]:
        """The stories as they are judged and kept."""
        return tuple(
            tuple(PlacedScene(background=scene.background, caption=scene.caption) for scene in story)
            for story in self.prompts
        )


class LanguageWriterConfig(Config):
    """Who is asked, and with which words."""

    kind: Literal["language"] = "language"
    client: ClientConfig
    prompt: Literal["evaluation_stories.v1"] = "evaluation_stories.v1"
    rules: PromptRules = PromptRules()

    def build(self, calls: Calls) -> "LanguageWriter":
        """Return the writer.

        Raises:
            MissingExtraError, NotFoundError, InputError: see the client's `build`.
        """
        return LanguageWriter(self, self.client.build(calls))


class LanguageWriter:
    """Asks one question per character. The seed is the model's own affair."""

    def __init__(self, config: LanguageWriterConfig, client: LanguageClient) -> None:
        self._config = config
        self._client = client
        self._prompt = Prompt.load(PROMPTS / f"{config.prompt}.md")
        self.name = client.name
        self.version = self._prompt.version

    def write(self, subject: Subject, number: int, seed: int) -> tuple[PromptStory, ...]:
        """Return stories that keep the rules (see `PromptWriter`)."""
        rules = self._config.rules
        words = self._prompt.render(
            name=subject.name,
            appearance=subject.appearance,
            number=str(number),
            scenes=str(rules.num_scenes),
            max_words=str(rules.max_words),
        )
        question = Question(
            prompt=self._prompt.title,
            parts=(Text(words),),
            answer=ToldPrompts,
            check=lambda answer: rules.violations(answer.stories, number, subject.name, subject.others),
        )
        return self._client.ask(question).value.stories
