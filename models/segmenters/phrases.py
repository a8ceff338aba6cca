"""What a character's description becomes for models that look for short noun phrases."""

import itertools
import re

from pydantic import Field

from models.segmenters.base import Subject
from pegbar.config import Config


class PhraseConfig(Config):
    """How a description is shortened. Raise `version` with every change.

    AnimeShooter (appendix A.2) lists every character of the shot with its appearance and then names the one to
    segment. Models that take a phrase per object get one phrase per character, in the same order; the characters then
    compete for what is found.

    Args:
        template: the words around a phrase.
        anybody: the phrase of a character of whom nothing is told.
        openers: words that begin a description and say nothing of its looks.
        max_words: as many whole clauses as fit; the first is cut where it alone does not.
    """

    version: int = Field(default=1, ge=1)
    template: str = Field(default="{phrase}", pattern=r"\{phrase\}")
    anybody: str = Field(default="cartoon character", min_length=1)
    openers: tuple[str, ...] = ("a", "an", "the", "he", "she", "it", "they", "is", "are", "this", "appears", "as", "to")
    max_words: int = Field(default=12, ge=1)


def phrases_of(subjects: tuple[Subject, ...], config: PhraseConfig) -> tuple[str, ...]:
    """Return a lower-case phrase for each character, without the marks that part phrases from one another."""
    return tuple(config.template.replace("{phrase}", _phrase(subject, config)) for subject in subjects)


def _phrase(subject: Subject, config: PhraseConfig) -> str:
    name = _words(subject.name)
    words: list[str] = []
    for clause in _clauses(subject.appearance, name, config):
        if words and len(words) + len(clause) > config.max_words:
            break
        words = (words + clause)[: config.max_words]
    return " ".join(words or name[: config.max_words]) or config.anybody


def _clauses(text: str, name: list[str], config: PhraseConfig) -> list[list[str]]:
    """Return the words of each clause, without openers, and without a name that only introduces what follows it."""
    clauses = [words for part in re.split(r"[.,;:!?()\n]", text) if (words := _words(part))]
    if name and clauses and clauses[0][: len(name)] == name:
        behind = [*clauses[0][len(name) :], *(clauses[1] if len(clauses) > 1 else [])]
        if behind and behind[0] in config.openers:
            clauses[0] = clauses[0][len(name) :]
    opened = (list(itertools.dropwhile(config.openers.__contains__, clause)) for clause in clauses)
    return [clause for clause in opened if clause]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())
