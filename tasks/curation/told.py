"""What a shot's caption says of one character: from its name to the next one's, or to the sentence's end."""

import re
from collections.abc import Sequence

from pegbar.records import Shot


def told_of(name: str, others: Sequence[str], shots: Sequence[Shot]) -> tuple[str, ...]:
    """Return the parts of captions that speak of a character, in the shots' order, each once."""
    if not name.strip():
        return ()
    parts = [part for shot in shots for part in _parts(shot.caption or "", name, others)]
    return tuple(dict.fromkeys(parts))


def _parts(caption: str, name: str, others: Sequence[str]) -> list[str]:
    parts = []
    for sentence in re.split(r"(?<=[.!?;])\s+", caption):
        places = _mentions(sentence, name)
        ends = sorted({len(sentence), *places, *(place for other in others for place in _mentions(sentence, other))})
        parts += [sentence[place : next(end for end in ends if end > place)].strip() for place in places]
    return parts


def _mentions(sentence: str, name: str) -> list[int]:
    if not name.strip():
        return []
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence, re.IGNORECASE)]
