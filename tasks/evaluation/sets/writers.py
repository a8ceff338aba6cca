"""What writes the story prompts of an evaluation set, and what it is told."""

from dataclasses import dataclass
from typing import Protocol

from tasks.evaluation.sets.rules import PromptStory


@dataclass(frozen=True)
class Subject:
    """Whom prompts are about, and what the dataset tells of the world around.

    Args:
        others: names of the rest of its film. places: names of the dataset's scenes. told: what happens in its shots.
    """

    name: str
    appearance: str
    others: tuple[str, ...]
    places: tuple[str, ...]
    told: tuple[str, ...]


class PromptWriter(Protocol):
    """Writes stories that keep the rules."""

    name: str
    version: int

    def write(self, subject: Subject, number: int, seed: int) -> tuple[PromptStory, ...]:
        """Return so many stories.

        Raises:
            AnswerError: a language model never kept the rules. InputError: there is too little to write from.
            ProviderError, CallBudgetError: see `LanguageClient`.
        """
        ...
