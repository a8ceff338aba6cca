"""Story prompts without a language model: sentences of a place of the dataset and a verb, drawn by a seed."""

import random
import re
from typing import Literal

from pydantic import Field

from models.clients import Calls
from pegbar.config import Config
from pegbar.errors import InputError
from tasks.evaluation.sets.rules import PlacedScene, PromptRules, PromptStory
from tasks.evaluation.sets.writers import Subject

DRAWS_PER_STORY = 100
MAX_PLACE_WORDS = 3


class TemplateWriterConfig(Config):
    """Words and rules. Raise `version` with every change.

    Args:
        verbs: what one character can do anywhere; those that the dataset tells of are used, if they suffice.
        on, at: the last words of places one is on, or at; one is in any other.
        more_places: added where the dataset has fewer than a story needs.
    """

    kind: Literal["template"] = "template"
    version: int = Field(default=1, ge=1)
    rules: PromptRules = PromptRules()
    openings: tuple[str, ...] = ("First,", "Then,", "Later,", "At last,")
    verbs: tuple[str, ...] = (
        "walks", "runs", "jumps", "dances", "waves", "spins around", "looks around", "sits down", "sleeps", "cheers",
        "talks", "laughs", "stands still", "climbs up", "lies down", "turns around",
    )  # fmt: skip
    on: tuple[str, ...] = ("beach", "bridge", "farm", "hill", "island", "mountain", "road", "roof", "stage", "street")
    at: tuple[str, ...] = ("airport", "harbour", "lake", "market", "playground", "river", "school", "sea", "station")
    more_places: tuple[str, ...] = ("beach", "desert", "forest", "kitchen", "park", "street")

    def build(self, calls: Calls) -> "TemplateWriter":
        """Return the writer, which calls nobody."""
        return TemplateWriter(self)


class TemplateWriter:
    """Draws places and verbs, none twice within a story."""

    name = "template"

    def __init__(self, config: TemplateWriterConfig) -> None:
        self.version = config.version
        self._config = config

    def write(self, subject: Subject, number: int, seed: int) -> tuple[PromptStory, ...]:
        """Return stories that differ; the same seed and subject give the same ones.

        Raises:
            InputError: places and verbs do not suffice.
        """
        source = random.Random(f"{seed}/{subject.name}")
        places, verbs = self._places(subject), self._verbs(subject)
        size = self._config.rules.num_scenes
        stories: dict[PromptStory, None] = {}
        for _ in range(DRAWS_PER_STORY * number):
            drawn = zip(self._config.openings, source.sample(places, size), source.sample(verbs, size), strict=True)
            stories.setdefault(tuple(self._scene(subject.name, *words) for words in drawn))
            if len(stories) == number:
                return tuple(stories)
        raise InputError(
            f"{len(places)} places and {len(verbs)} verbs give no {number} different stories of {subject.name}",
            remedy="ask for fewer stories, or give a language model",
            subject=subject.name,
        )

    def _scene(self, name: str, opening: str, place: str, verb: str) -> PlacedScene:
        last = place.split()[-1]
        where = "on" if last in self._config.on else "at" if last in self._config.at else "in"
        return PlacedScene(background=f"the {place}", caption=f"{opening} {name} {verb} {where} the {place}.")

    def _places(self, subject: Subject) -> list[str]:
        """Return the dataset's places that one can say in a word or three and that lie apart, sorted."""
        own = [place for name in subject.places if (place := _place(name)) and self._is_usable(place, subject)]
        more = self._config.more_places if len(set(own)) < self._config.rules.num_scenes else ()
        found: list[str] = []
        for place in sorted({*own, *more}, key=lambda place: (len(place), place)):
            if not any(known in place for known in found):
                found.append(place)
        return sorted(found)

    def _is_usable(self, place: str, subject: Subject) -> bool:
        rules = self._config.rules.but(num_scenes=1)
        scene = PlacedScene(background=f"the {place}", caption=f"{subject.name} walks in the {place}.")
        is_plain = not {*place.split()} & {*rules.crowd, *rules.props}
        return is_plain and not rules.violations([(scene,)], 1, subject.name, subject.others)

    def _verbs(self, subject: Subject) -> list[str]:
        words = set(re.findall(r"\w+", " ".join(subject.told).lower()))
        told = [verb for verb in self._config.verbs if verb.split()[0] in words]
        return told if len(told) >= self._config.rules.num_scenes else list(self._config.verbs)


def _place(name: str) -> str:
    """Return a scene's name as a plain place ("The bedroom (Indoor)" is a bedroom), or nothing."""
    words = re.sub(r"\(.*?\)", " ", name).lower().split()
    words = words[1:] if words[:1] in (["the"], ["a"], ["an"]) else words
    is_plain = all(re.fullmatch(r"[^\W\d_]+", word) for word in words)
    return " ".join(words) if words and is_plain and len(words) <= MAX_PLACE_WORDS else ""
