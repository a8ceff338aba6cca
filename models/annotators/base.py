"""What an annotator does: tell the story of a film's shots."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from pegbar.records import Character, Record, Scene, Shot, Story


@dataclass(frozen=True)
class AnnotationRequest:
    """One film whose shots and stories are known.

    Args:
        film_name: as a person knows it; errors name it.
        script: a local script file beside the film, if there is one.
    """

    film_name: str
    duration_seconds: float
    fps: float
    stories: tuple[Story, ...]
    shots: tuple[Shot, ...]
    script: Path | None


class ShotNote(Record):
    """How one shot came by its annotation: how much of it the annotation covers, and what else was said.

    `reason` says why there is none.
    """

    shot_id: str
    coverage: float
    reason: str = ""
    extra: dict[str, JsonValue] = {}


class StoryNote(Record):
    """Why a story has no annotation; an empty `reason` if it has one."""

    story_id: str
    reason: str = ""


class Annotation(Record):
    """The film's stories and shots with what is known of them, their cast and places, and a note for each."""

    stories: tuple[Story, ...]
    shots: tuple[Shot, ...]
    characters: tuple[Character, ...]
    scenes: tuple[Scene, ...]
    story_notes: tuple[StoryNote, ...]
    shot_notes: tuple[ShotNote, ...]


class Annotator(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def annotate(self, request: AnnotationRequest) -> Annotation:
        """Return every story and shot of the request, annotated where possible.

        Raises:
            ScriptError: what was handed in beside the film is wrong.
        """
        ...
