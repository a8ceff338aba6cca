"""Times of a release: MM:SS with or without a fraction, and whether they count from the segment or from the film.

A time that is moved between the two conventions is rounded half down on the way to the film and half up on the way to
the segment: then a told time comes back as it was, wherever the segment begins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pydantic import Field, JsonValue

from pegbar.config import Config
from pegbar.records import Record

Convention = Literal["segment", "film"]
Certainty = Literal["certain", "likely", "same", "ambiguous", "contradicted"]
MICROSECONDS, MICROSECOND_DIGITS = 1_000_000, 6
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?:\.(\d{1,6}))?", re.ASCII)
_SPAN = re.compile(r"([\d:.]+)\s*-\s*([\d:.]+)", re.ASCII)


class Clock(NamedTuple):
    """A told time and the digits of its fraction."""

    seconds: float
    digits: int


class TimesConfig(Config):
    """How far told times may reach beyond their segment: they are rounded to the second, segments to a frame."""

    tolerance_seconds: float = Field(default=1.0, gt=0)


class TimesFound(Record):
    """What a segment's times count from, how sure that is, and why.

    `same`: the segment begins with the film. `ambiguous`: both fit alike, and the film's other segments or the default
    decided. `contradicted`: neither fits.
    """

    convention: Convention
    certainty: Certainty
    evidence: str


class RoundingReport(Record):
    """What writing did to times: of `num_times`, `num_moved` by `max_moved_seconds` at most.

    `collapsed` names the shots that had a length and have none as written.
    """

    num_times: int
    num_moved: int
    max_moved_seconds: float
    collapsed: tuple[str, ...]


@dataclass
class Rounding:
    """Counts what writing does to times."""

    num_times: int = 0
    num_moved: int = 0
    max_moved_microseconds: int = 0
    collapsed: list[str] = field(default_factory=list)

    def count(self, seconds: float, written: str) -> None:
        """Count one time and what was written for it."""
        clock = read_clock(written)
        moved = abs(_micro(seconds) - _micro(clock.seconds)) if clock else 0
        self.num_times += 1
        self.num_moved += moved > 0
        self.max_moved_microseconds = max(self.max_moved_microseconds, moved)

    def report(self) -> RoundingReport:
        """Return the count."""
        return RoundingReport(
            num_times=self.num_times,
            num_moved=self.num_moved,
            max_moved_seconds=self.max_moved_microseconds / MICROSECONDS,
            collapsed=tuple(self.collapsed),
        )


def read_clock(value: JsonValue) -> Clock | None:
    """Return a told time (``MM:SS``, up to six digits of fraction), or None if it is no such text."""
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    minutes, seconds, fraction = match.groups()
    digits = fraction or ""
    whole = int(minutes) * 60 + int(seconds)
    return Clock(whole + int(digits.ljust(MICROSECOND_DIGITS, "0")) / MICROSECONDS, len(digits))


def read_span(value: JsonValue) -> tuple[Clock, Clock] | None:
    """Return the two times of ``MM:SS-MM:SS``, or None if it is no such text."""
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    start, end = (read_clock(match[1]), read_clock(match[2])) if match else (None, None)
    return (start, end) if start is not None and end is not None else None


def write_clock(seconds: float, digits: int, convention: Convention) -> str:
    """Return a time with `digits` of fraction; what lies before zero becomes zero."""
    step = 10 ** (MICROSECOND_DIGITS - digits)
    micro = max(0, _micro(seconds))
    units = (micro + step // 2) // step if convention == "segment" else -((step // 2 - micro) // step)
    minutes, rest = divmod(units, 60 * MICROSECONDS // step)
    whole, fraction = divmod(rest, MICROSECONDS // step)
    return f"{minutes:02d}:{whole:02d}" + (f".{fraction:0{digits}d}" if digits else "")


def infer(
    first: float,
    last: float,
    start: float,
    end: float,
    config: TimesConfig = TimesConfig(),  # noqa: B008 - frozen
) -> TimesFound:
    """Return what a segment's times count from, judged by where its shots begin and end.

    Args:
        first: the earliest told start; `last` the latest told end.
        start: where the segment begins in the film, in seconds; `end` where it ends.
    """
    slack, length = config.tolerance_seconds, end - start
    evidence = f"told {first:g} to {last:g} s; the segment lasts {length:.3f} s from {start:.3f} s of the film"
    if start == 0:
        return TimesFound(convention="segment", certainty="same", evidence=evidence)
    fits_segment = last <= length + slack
    fits_film = first >= start - slack and last <= end + slack
    if fits_segment != fits_film:
        return TimesFound(convention="segment" if fits_segment else "film", certainty="certain", evidence=evidence)
    from_segment, from_film = first + abs(length - last), abs(first - start) + abs(end - last)
    convention: Convention = "segment" if from_segment <= from_film else "film"
    if not fits_segment:
        return TimesFound(convention=convention, certainty="contradicted", evidence=evidence)
    is_clear = abs(from_segment - from_film) > slack
    return TimesFound(convention=convention, certainty="likely" if is_clear else "ambiguous", evidence=evidence)


def settle(found: Sequence[TimesFound]) -> tuple[TimesFound, ...]:
    """Let a film's clear segments speak for those that fit both ways; without any, times count from the segment."""
    clear = [one.convention for one in found if one.certainty in ("certain", "likely")]
    told = ", as in the film's other segments" if clear else ", by default"
    convention: Convention = "film" if clear.count("film") > len(clear) / 2 else "segment"
    return tuple(
        one.model_copy(update={"convention": convention, "evidence": one.evidence + told})
        if one.certainty in ("same", "ambiguous")
        else one
        for one in found
    )


def _micro(seconds: float) -> int:
    return round(seconds * MICROSECONDS)
