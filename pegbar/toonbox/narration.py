"""Names, appearances, plots and storylines in plain English."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pegbar.toonbox.actions import Action
from pegbar.toonbox.identity import Identity
from pegbar.toonbox.phrases import (
    BUILD_WORDS,
    CHAPTERS,
    ENDINGS,
    ESTABLISHING,
    FIRST_NAMES,
    FRAMINGS,
    MOVES,
    OPENINGS,
    PATTERN_WORDS,
    VERBS,
    WATCHING,
    Framing,
    Move,
)
from pegbar.toonbox.places import Place

MAX_DEEDS = 3


class Named(Protocol):
    """Somebody a sentence can speak of."""

    @property
    def name(self) -> str:
        """Return the ID the script uses."""
        ...

    @property
    def identity(self) -> Identity:
        """Return what the character looks like."""
        ...


@dataclass(frozen=True)
class Narration:
    """What a script says of one shot."""

    plot: str
    caption: str
    camera: str


def name_of(identity: Identity, taken: Sequence[str]) -> str:
    """Return the name this identity has in every film, or the next free one if it is taken."""
    for step in range(len(FIRST_NAMES)):
        name = f"{FIRST_NAMES[(identity.index * 31 + step) % len(FIRST_NAMES)]} the {identity.species}"
        if name not in taken:
            break
    return name


def appearance_of(identity: Identity) -> str:
    """Describe a character as a script does."""
    extras = [word for word in (PATTERN_WORDS[identity.pattern], _worn(identity)) if word]
    ending = f" with {_listed(extras)}" if extras else ""
    return f"{_sentence(_with_article(_core(identity)))}{ending}."


def narrate(place: Place, cast: Sequence[Named], actions: Sequence[Action], framing: Framing, move: Move) -> Narration:
    """Write the plot, the caption and the camera line of one shot; without a cast it only sets the scene."""
    camera = f"{FRAMINGS[framing]}; {MOVES[move]}."
    if not cast:
        words = ESTABLISHING.format(environment=place.environment)
        return Narration(words, words, f"{FRAMINGS['wide']}; {MOVES[move]}.")
    plot = _deeds([member.name for member in cast], actions, place)
    caption = _deeds([f"{member.name} ({_short(member.identity)})" for member in cast], actions, place)
    return Narration(plot, f"{caption} {place.environment}", camera)


def storyline_of(
    source: random.Random, names: Sequence[str], places: Sequence[Place], actions: Sequence[Sequence[Action]]
) -> str:
    """Tell the whole film in a few sentences."""
    sentences = [_sentence(source.choice(OPENINGS).format(cast=_listed(names)))]
    for chapter, place, done in zip(CHAPTERS, places, actions, strict=False):
        deeds = list(dict.fromkeys(VERBS[action].summary for action in done))[:MAX_DEEDS]
        who = "they" if len(names) > 1 else names[0]
        sentences.append(chapter.format(phrase=place.phrase, deeds=_listed(deeds)).replace("they", who, 1))
    sentences.append(ENDINGS.get(actions[-1][-1], ENDINGS["cheer"]))
    return " ".join(sentences)


def _deeds(names: Sequence[str], actions: Sequence[Action], place: Place) -> str:
    lead = next((action for action in actions if action not in dict(WATCHING)), actions[0])
    doers = [name for name, action in zip(names, actions, strict=True) if action == lead]
    verb = VERBS[lead].one if len(doers) == 1 else VERBS[lead].many
    sentence = f"{_listed(doers)} {verb} {place.phrase}"
    watching = dict(WATCHING)
    others = [
        watching[action].format(other=name) for name, action in zip(names, actions, strict=True) if action != lead
    ]
    return f"{sentence} while {_listed(others)}." if others else f"{sentence}."


def _core(identity: Identity) -> str:
    return " ".join(word for word in (BUILD_WORDS[identity.build], identity.colours.word, identity.species) if word)


def _short(identity: Identity) -> str:
    worn = _worn(identity)
    return _with_article(_core(identity)) + (f" with {worn}" if worn else "")


def _worn(identity: Identity) -> str:
    accessory, colour = identity.accessory, identity.colours.accent_word
    match accessory:
        case "none":
            return ""
        case "top hat":
            return f"a black top hat with {_with_article(colour)} band"
        case "crown":
            return f"a golden crown with {colour} jewels"
        case "glasses":
            return f"{colour} glasses"
        case _:
            return _with_article(f"{colour} {accessory}")


def _with_article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
