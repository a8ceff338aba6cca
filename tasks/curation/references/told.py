"""What a shot's caption says of one character: from its name to the next one's, or to the sentence's end."""

import re
from collections.abc import Sequence

from pegbar.records import Shot

SENTENCE_END = re.compile(r"[.!?;](?=\s|$)")


def told_of(name: str, others: Sequence[str], shots: Sequence[Shot]) -> tuple[str, ...]:
    """Return the parts of captions that speak of a character, in the shots' order, each once."""
    if not name.strip():
        return ()
    parts = [part for shot in shots for part in _parts(shot.caption or "", name, others)]
    return tuple(dict.fromkeys(parts))


def _parts(caption: str, name: str, others: Sequence[str]) -> list[str]:
    own = _mentions(caption, name)
    starts = sorted({len(caption), *(start for who in (name, *others) for start, _ in _mentions(caption, who))})
    parts = []
    for start, end in own:
        following = next(place for place in starts if place > start)
        finish = SENTENCE_END.search(caption, end, following)
        parts.append(caption[start : finish.end() if finish else following].strip())
    return parts


def _mentions(caption: str, name: str) -> list[tuple[int, int]]:
    if not name.strip():
        return []
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", caption, re.IGNORECASE)]
