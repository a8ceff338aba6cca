"""What a script must be besides its form (AnimeShooter, section 3.2 and appendix A.1), each rule with a name.

The reader has refused what makes no sense at all: unknown ids, empty texts, times that go backwards. A language model
is told every finding and answers again; of a script that somebody wrote, fatal findings cost the story or the told shot
and the others are notes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal

from pydantic import Field

from models.annotators.looks import VERSION as LOOKS_VERSION
from models.annotators.looks import is_descriptive, looks_in
from models.annotators.script_form import SEGMENT_KEY, Script, ScriptShot
from models.annotators.script_times import time_text
from pegbar.config import Config
from pegbar.records import Record

Rule = Literal["in film", "coverage", "contiguity", "cast", "segment", "plot", "caption"]
EXACT_SECONDS = 0.0005  # half of the millisecond that a script can write


class Finding(Record):
    """One thing that is off. `shot` is the told shot's number, None where it concerns the story.

    A fatal finding costs the story its annotation; that on a shot, the told shot.
    """

    rule: Rule
    shot: int | None = None
    message: str
    is_fatal: bool = False

    def __str__(self) -> str:
        """Return the place and the message."""
        return self.message if self.shot is None else f"shot {self.shot} {self.message}"


@dataclass(frozen=True)
class Stretch:
    """The part of a film that a script is held against, in film seconds; `film_seconds` is the film's length.

    Args:
        is_last: nothing of the film comes after it, so that what is told to lie later belongs to it.
    """

    start_seconds: float
    end_seconds: float
    film_seconds: float
    is_last: bool = True

    def tells(self, script: Script, shot: ScriptShot) -> bool:
        """Say whether a told shot is of this stretch."""
        start, end = script.film_span(shot)
        until = inf if self.is_last else self.end_seconds
        return start < until and (end > self.start_seconds or start >= self.start_seconds)


class ScriptRules(Config):
    """The rules' numbers. Raise `version` when their meaning changes.

    Args:
        max_characters: main characters of a story, at most (AS-05).
        segment_seconds, segment_tolerance_seconds: how long the extra segment is (AS-07), and how nearly.
        tolerance_seconds: how far times may be off; `whole_seconds_tolerance` where they are whole seconds.
        film_tolerance_seconds: how far a told shot may reach beyond the film; whole seconds round up by one.
    """

    version: int = Field(default=1, ge=1)
    looks_version: int = Field(default=LOOKS_VERSION, ge=1)
    max_characters: int = Field(default=3, ge=1)
    segment_seconds: float = Field(default=4.0, gt=0)
    segment_tolerance_seconds: float = Field(default=0.05, ge=0)
    tolerance_seconds: float = Field(default=0.25, ge=0)
    whole_seconds_tolerance: float = Field(default=1.0, ge=0)
    film_tolerance_seconds: float = Field(default=1.0, ge=0)

    def findings(self, script: Script, stretch: Stretch, film_name: str) -> tuple[Finding, ...]:
        """Return everything that is off with what the script tells of a stretch, in the order of the rules."""
        told = [shot for shot in script.shots if stretch.tells(script, shot)]
        inside = [shot for shot in told if not self._is_beyond(script, shot, stretch)]
        shown = [shot for shot in inside if not shot.is_prologue_or_epilogue]
        return (
            *self._beyond(script, told, stretch, film_name),
            *self._coverage(script, inside, stretch),
            *self._contiguity(inside),
            *self._cast(script),
            *self._segments(inside),
            *_plots(script, shown),
            *_captions(script, shown),
        )

    def _is_beyond(self, script: Script, shot: ScriptShot, stretch: Stretch) -> bool:
        return script.film_span(shot)[1] > stretch.film_seconds + self.film_tolerance_seconds

    def _beyond(
        self, script: Script, told: Sequence[ScriptShot], stretch: Stretch, film_name: str
    ) -> Iterator[Finding]:
        for shot in told:
            if self._is_beyond(script, shot, stretch):
                end = script.film_span(shot)[1]
                message = f"ends at {end:g} s, but {film_name} lasts {stretch.film_seconds:.3f} s"
                yield Finding(rule="in film", shot=shot.number, message=message, is_fatal=True)

    def _coverage(self, script: Script, told: Sequence[ScriptShot], stretch: Stretch) -> Iterator[Finding]:
        if not told:
            return
        start, end = script.film_span(told[0])[0], script.film_span(told[-1])[1]
        if start > stretch.start_seconds + self._tolerance(told[0]):
            late = start - stretch.start_seconds
            yield Finding(rule="coverage", message=f"the first shot starts {late:.3f} s after the story")
        if end < stretch.end_seconds - self._tolerance(told[-1]):
            early = stretch.end_seconds - end
            yield Finding(rule="coverage", message=f"the last shot ends {early:.3f} s before the story")

    def _contiguity(self, told: Sequence[ScriptShot]) -> Iterator[Finding]:
        for before, after in pairwise(told):
            gap = after.start_seconds - before.end_seconds
            if gap > EXACT_SECONDS:
                message = f"starts {gap:.3f} s after shot {before.number} ends"
                yield Finding(rule="contiguity", shot=after.number, message=message)

    def _cast(self, script: Script) -> Iterator[Finding]:
        number = len(script.characters)
        if number == 0:
            yield Finding(rule="cast", message="no main character is told", is_fatal=True)
        elif number > self.max_characters:
            yield Finding(rule="cast", message=f"{number} main characters are told, at most {self.max_characters} fit")

    def _segments(self, told: Sequence[ScriptShot]) -> Iterator[Finding]:
        for shot in told:
            message = self._segment_problem(shot)
            if message:
                yield Finding(rule="segment", shot=shot.number, message=message)

    def _segment_problem(self, shot: ScriptShot) -> str:
        written = shot.extra.get(SEGMENT_KEY)
        if shot.segment is None:
            return f"has the {SEGMENT_KEY} {written!r}; MM:SS-MM:SS is meant" if written else ""
        start, end = shot.segment
        if abs(end - start - self.segment_seconds) > self.segment_tolerance_seconds:
            return f"has a segment of {end - start:g} s, not {self.segment_seconds:g} s"
        if start < shot.start_seconds - EXACT_SECONDS or end > shot.end_seconds + EXACT_SECONDS:
            return f"has a segment at {time_text(start)}-{time_text(end)}, which is outside it"
        return ""

    def _tolerance(self, shot: ScriptShot) -> float:
        return self.whole_seconds_tolerance if shot.is_whole_seconds else self.tolerance_seconds


def _plots(script: Script, told: Sequence[ScriptShot]) -> Iterator[Finding]:
    names = [*(item.name for item in script.characters), *(item.name for item in script.scenes)]
    for shot in told:
        looks = looks_in(shot.plot or "", names)
        if looks:
            message = f"tells looks in its plot ({', '.join(looks)}), which belong into the caption"
            yield Finding(rule="plot", shot=shot.number, message=message)


def _captions(script: Script, told: Sequence[ScriptShot]) -> Iterator[Finding]:
    appearances = {item.name: item.appearance for item in script.characters}
    environments = {item.name: item.environment for item in script.scenes}
    for shot in told:
        shown = [appearances[name] for name in shot.character_names]
        place = [environments[shot.scene_name]] if shot.scene_name else []
        if not is_descriptive(shot.caption or "", [*shown, *place], [*appearances, *environments]):
            yield Finding(rule="caption", shot=shot.number, message="has a caption that tells neither looks nor place")
