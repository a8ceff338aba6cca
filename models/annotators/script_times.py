"""Times as scripts write them: MM:SS or MM:SS.mmm, and spans of two."""

import re

_TIME = re.compile(r"(\d{1,3}):([0-5]\d)(\.\d{1,6})?")
_SPAN = re.compile(r"([\d:.]+)\s*[-\u2013]\s*([\d:.]+)")


def seconds_of(text: str) -> tuple[float, bool] | None:
    """Return the seconds and whether they are whole (no fraction written); None where it is no time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) * 60 + float(match[2] + (match[3] or "")), match[3] is None


def span_of(text: str) -> tuple[float, float] | None:
    """Return start and end seconds of ``MM:SS-MM:SS``; None where it is no span that goes forward."""
    match = _SPAN.fullmatch(text.strip())
    times = [seconds_of(part) for part in match.groups()] if match else []
    if len(times) != 2 or times[0] is None or times[1] is None or times[1][0] <= times[0][0]:
        return None
    return times[0][0], times[1][0]


def time_text(seconds: float) -> str:
    """Return ``MM:SS.mmm``."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes:02d}:{milliseconds / 1000:06.3f}"
