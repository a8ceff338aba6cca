"""What a story prompt must be (AnimeShooter, C.2): one named character, plain words, a new place in each scene."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from pydantic import Field

from models.annotators.looks import VERSION as LOOKS_VERSION
from models.annotators.looks import looks_in
from pegbar.config import Config
from pegbar.records import Record


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


CROWD = _listed(
    "they them their theirs we us our friend friends people crowd everyone everybody someone somebody another other "
    "others together child children kid kids family group man men woman women boy boys girl girls stranger strangers"
)
PROPS = _listed(
    "apple bag ball balloon basket bell bottle bowl book box button cake camera candle candy card coin comb compass "
    "cookie cup earring envelope fork glass glasses gem hammer hat jewel kettle key knife ladder lamp lantern letter "
    "map marble mirror mug needle newspaper note notebook paper paintbrush pebble pen pencil phone photo plate purse "
    "ring rope ruler scarf scissors seed shell spoon stick string sword teapot ticket toy umbrella wand watch whistle"
)


class PlacedScene(Record):
    """One scene of a prompt: its caption, and the words of the caption that name the place."""

    background: str
    caption: str


PromptStory = tuple[PlacedScene, ...]


class PromptRules(Config):
    """The rules' numbers and words. Raise `version` with every change.

    Args:
        max_words: of a caption, its character's name aside. max_letters: of a word.
        crowd: words that bring in somebody else. props: small things, which a small picture cannot show.
    """

    version: int = Field(default=1, ge=1)
    looks_version: int = Field(default=LOOKS_VERSION, ge=1)
    num_scenes: int = Field(default=4, ge=1)
    max_words: int = Field(default=16, ge=3)
    max_letters: int = Field(default=12, ge=3)
    crowd: tuple[str, ...] = CROWD
    props: tuple[str, ...] = PROPS

    def violations(self, stories: Sequence[PromptStory], number: int, name: str, others: Sequence[str]) -> list[str]:
        """Return what is wrong with prompts, a sentence each; nothing if all is well.

        Args:
            name: of the one character. others: of the rest of its film, who must stay out.
        """
        wrong = [] if len(stories) == number else [f"{number} stories are wanted, not {len(stories)}"]
        told = [tuple(_plain(scene.caption) for scene in story) for story in stories]
        wrong += [
            f"stories {a + 1} and {b + 1} are one" for a, b in combinations(range(len(told)), 2) if told[a] == told[b]
        ]
        for index, story in enumerate(stories, 1):
            wrong += [f"story {index} {problem}" for problem in self._story(story, name, others)]
        return wrong

    def _story(self, story: PromptStory, name: str, others: Sequence[str]) -> Iterator[str]:
        if len(story) != self.num_scenes:
            yield f"has {len(story)} scenes, not {self.num_scenes}"
        places = [_plain(scene.background) for scene in story]
        for a, b in combinations(range(len(places)), 2):
            if places[a] and places[b] and (places[a] in places[b] or places[b] in places[a]):
                yield f"is in one place in scenes {a + 1} and {b + 1}: {story[b].background!r}"
        for index, scene in enumerate(story, 1):
            for problem in self._scene(scene, name, others):
                yield f"scene {index} {problem}"

    def _scene(self, scene: PlacedScene, name: str, others: Sequence[str]) -> Iterator[str]:
        caption = _without(scene.caption, name)
        if caption == scene.caption:
            yield f"does not name {name}"
        if not scene.background.strip() or _plain(scene.background) not in _plain(scene.caption):
            yield f"does not name its place, {scene.background!r}"
        if not scene.caption.isprintable() or len(re.findall(r"[.!?](?:\s|$)", scene.caption.strip())) > 1:
            yield "is not one line of one sentence"
        words = re.findall(r"[^\W\d_]+", caption.lower())
        if len(words) > self.max_words:
            yield f"has {len(words)} words, {self.max_words} are enough"
        yield from (f"has a long word: {word}" for word in words if len(word) > self.max_letters)
        doing = _without(caption, scene.background)
        named = [other for other in others if _without(doing, other) != doing]
        words = re.findall(r"[^\W\d_]+", doing.lower())
        yield from (f"brings in somebody else: {one}" for one in [*named, *(w for w in words if w in self.crowd)])
        yield from (f"needs a small thing: {word}" for word in words if {word, word.removesuffix("s")} & {*self.props})
        yield from (f"tells looks: {word}" for word in looks_in(doing))


def _without(text: str, phrase: str) -> str:
    """Return a text with every whole occurrence of a phrase taken out."""
    return (
        re.sub(rf"(?<!\w){re.escape(phrase.strip())}(?!\w)", " ", text, flags=re.IGNORECASE) if phrase.strip() else text
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
