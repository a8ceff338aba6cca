"""What an annotator does: tell the story of a film's shots."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from pegbar.records import Character, Record, Scene, Shot, Story


@dataclass(frozen=True)
class SeenPicture:
    """One picture of a film: its time in film seconds and its JPEG file."""

    seconds: float
    path: Path


class StoryMedia(Protocol):
    """What there is to see of a film; fetched or made when it is asked for."""

    def pictures(self, story: Story) -> tuple[SeenPicture, ...]:
        """Return the pictures that were kept of a story, in order."""
        ...

    def clip(self, story: Story) -> Path:
        """Return a story as a small MP4 file with its sound; its time 0 is the story's start.

        Raises:
            MediaError: the film does not decode.
        """
        ...


@dataclass(frozen=True)
class AnnotationRequest:
    """One film whose shots and stories are known.

    Args:
        film_name: as a person knows it; errors name it.
        script: a local script file beside the film, if there is one.
        media: for annotators that look.
    """

    film_name: str
    duration_seconds: float
    fps: float
    stories: tuple[Story, ...]
    shots: tuple[Shot, ...]
    script: Path | None
    media: StoryMedia


class ShotNote(Record):
    """How one shot came by its annotation: how much of it the annotation covers, and what else was said.

    `reason` says why there is none; `notes` say what is off with one that is kept.
    """

    shot_id: str
    coverage: float
    reason: str = ""
    notes: tuple[str, ...] = ()
    extra: dict[str, JsonValue] = {}


class StoryNote(Record):
    """Why a story has no annotation, an empty `reason` if it has one; `notes` say what is off."""

    story_id: str
    reason: str = ""
    notes: tuple[str, ...] = ()


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
            ProviderError, CallBudgetError: see `LanguageClient`, where a language model annotates.
        """
        ...
