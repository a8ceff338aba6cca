"""Words that tell how somebody or something looks, and where: a narrative has none, a description has some."""

import re
from collections.abc import Iterable, Sequence

VERSION = 1


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COLOURS = _words(
    "red pink orange ginger coral crimson scarlet maroon yellow lemon blonde blond golden green mint lime olive "
    "emerald teal turquoise cyan blue navy azure indigo purple violet lavender magenta brown chocolate beige cream "
    "white grey gray silver black charcoal reddish bluish greenish yellowish greyish grayish brownish colourful "
    "colorful"
)
CLOTHES = _words("wearing wears wore dressed clad costumed uniformed outfit")
BODIES = _words(
    "haired eyed furred skinned bearded freckled striped spotted checkered fluffy furry chubby slender hair fur"
)
PLACES = _words(
    "background foreground indoors outdoors inside outside room bedroom kitchen house street road field meadow forest "
    "woods tree trees garden park hill hills mountain mountains river lake sea beach shore desert sky clouds grass "
    "bank wall walls floor window door doorway table bed cave castle town city village school shop office stage space "
    "night day sunset dusk dawn sunlight moonlight snow rain left right centre center beside behind above below near "
    "under"
)
_STOPS = _words(
    "a an the and or of in on at to with from by for as is are was were it its his her their he she they them this "
    "that who which into onto over out up down off there then while one two three very"
)


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, each once, in order."""
    return list(dict.fromkeys(re.findall(r"[^\W\d_]+", text.lower())))


def looks_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the words that tell looks; names of characters and scenes may hold what they like."""
    return [word for word in words_of(_without(names, text, re.IGNORECASE)) if word in COLOURS | CLOTHES | BODIES]


def is_descriptive(text: str, told: Iterable[str], names: Sequence[str]) -> bool:
    """Say whether a text tells looks or a place: a word of the lists, or of what is told of its cast and scene.

    Args:
        told: appearances of its characters and the environment of its scene.
        names: of characters and scenes; they describe nothing.
    """
    words = set(words_of(_without(names, text)))
    known = {word for description in told for word in words_of(description)} - _STOPS
    named = {word for name in names for word in words_of(name)}
    return bool(words & (COLOURS | CLOTHES | BODIES | PLACES | (known - named)))


def _without(names: Iterable[str], text: str, flags: int = 0) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=flags)
    return text
