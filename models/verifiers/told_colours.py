"""Colours that texts give to what somebody wears or is made of, and whether texts agree on them (criterion 3)."""

import re
from collections.abc import Iterable

# Words that may stand for one another; a caption's "blonde" is another's "golden".
FAMILIES: dict[str, str] = {
    "red": "red", "coral": "red", "crimson": "red", "scarlet": "red", "maroon": "red",
    "pink": "pink", "rose": "pink", "orange": "orange", "ginger": "orange",
    "yellow": "yellow", "lemon": "yellow", "blonde": "yellow", "blond": "yellow", "golden": "yellow", "gold": "yellow",
    "green": "green", "mint": "green", "lime": "green", "teal": "blue", "turquoise": "blue",
    "blue": "blue", "sky": "blue", "navy": "blue", "purple": "purple", "violet": "purple", "lavender": "purple",
    "brown": "brown", "chocolate": "brown", "tan": "brown", "beige": "white", "cream": "white", "white": "white",
    "grey": "grey", "gray": "grey", "silver": "grey", "black": "black", "charcoal": "black",
}  # fmt: skip
THINGS: frozenset[str] = frozenset({
    "hair", "fur", "eye", "skin", "beard", "moustache", "mustache", "feather", "mane",
    "dress", "shirt", "blouse", "coat", "jacket", "suit", "robe", "cape", "cloak", "sweater", "hoodie", "vest",
    "skirt", "trouser", "pant", "short", "jean", "overall", "apron", "uniform", "gown", "kimono", "pyjama", "pajama",
    "hat", "cap", "helmet", "hood", "scarf", "bow", "tie", "glove", "shoe", "boot", "sock", "glasses", "belt",
    "clothes", "clothing", "outfit",
})  # fmt: skip
# Beyond these a colour is said of something else; so it is beyond a mark.
ENDS: frozenset[str] = frozenset({
    ".", ",", ";", "(", ")", "a", "an", "the", "her", "his", "its", "their", "of", "in", "on", "at", "to", "by", "with",
    "behind", "near", "under", "from", "is", "as",
})  # fmt: skip
CLOTHES = "clothes"  # what "in pink" says
SAME: dict[str, str] = {"clothing": CLOTHES, "outfit": CLOTHES, "mustache": "moustache", "pajama": "pyjama"}
REACH = 3  # words between a colour and what has it, at most
MAX_WORDS = 2000  # of one text; a longer one repeats itself
Given = dict[str, set[str]]


def contradiction(texts: Iterable[str]) -> str:
    """Return the first thing two texts give different colours to, as "red dress, then blue dress"; empty without one.

    One text may give a thing several colours; two contradict each other when they share none.
    """
    known: Given = {}
    for text in texts:
        for thing, colours in colours_given(text).items():
            if thing in known and not known[thing] & colours:
                return f"{_listed(known[thing])} {thing}, then {_listed(colours)} {thing}"
            known[thing] = known.get(thing, set()) | colours
    return ""


def colours_given(text: str) -> Given:
    """Return the families of colours a text gives to each thing it names."""
    words = [match.group() for match in re.finditer(r"[a-z]+|[.,;()]", text.lower())][:MAX_WORDS]
    given: Given = {}
    for place, word in enumerate(words):
        if word in FAMILIES:
            thing = _thing_after(words, place)
            if thing:
                given.setdefault(thing, set()).add(FAMILIES[word])
    return given


def _thing_after(words: list[str], place: int) -> str:
    """Return what the colour at a place is said of; empty where nobody wears it."""
    for word in words[place + 1 : place + 1 + REACH]:
        if word in ENDS:
            break
        thing = word if word in THINGS else word.removesuffix("s")
        if thing in THINGS:
            return SAME.get(thing, thing)
    is_last = place + 1 == len(words) or words[place + 1] in ENDS
    return CLOTHES if is_last and place > 0 and words[place - 1] == "in" else ""


def _listed(colours: set[str]) -> str:
    return " and ".join(sorted(colours))
