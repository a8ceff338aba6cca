"""Versioned, frozen records: one class per artefact, closed to unknown fields.

A record is written with its schema version. Reading accepts the present version and the one
before, which the class upgrades itself; anything else is refused by name.
"""

import json
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from pegbar.digests import canonical_json
from pegbar.errors import ConfigurationError

Outcome = Literal["kept", "rejected", "failed_retryable", "failed_permanent"]
ItemKind = Literal["film", "story", "shot", "character", "reference", "audio_shot"]
Transition = Literal["start", "cut", "dissolve", "fade", "wipe", "flash"]


class Record(BaseModel):
    """A frozen artefact with a schema version of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: ClassVar[int] = 1

    @classmethod
    def upgrade(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Turn the fields of version ``schema_version - 1`` into the present ones."""
        raise NotImplementedError(f"{cls.__name__} has no reader for an older version")

    def to_json(self) -> bytes:
        """Return canonical JSON with the schema version."""
        return canonical_json({"schema_version": self.schema_version, **self.model_dump(mode="json")})

    @classmethod
    def from_json(cls, content: bytes | str) -> Self:
        """Read this version or the one before.

        Raises:
            ConfigurationError: not JSON, another version, or fields that do not validate.
        """
        try:
            fields = json.loads(content)
            version = fields.pop("schema_version")
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise ConfigurationError(
                f"not a {cls.__name__} record: {error}", remedy="pegbar doctor", subject=cls.__name__
            ) from error
        return cls.from_version(int(version), fields)

    @classmethod
    def from_version(cls, version: int, fields: dict[str, Any]) -> Self:
        """Validate fields written by schema `version`: the present one or the one before.

        Raises:
            ConfigurationError: another version, or fields that do not validate.
        """
        if version == cls.schema_version - 1 and version >= 1:
            fields = cls.upgrade(fields)
        elif version != cls.schema_version:
            raise ConfigurationError(
                f"{cls.__name__} version {version} cannot be read; this pegbar reads "
                f"{max(1, cls.schema_version - 1)} to {cls.schema_version}",
                remedy="install the release that wrote it, or curate again",
                subject=cls.__name__,
            )
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise ConfigurationError.from_validation(cls.__name__, error) from error


class Member(Record):
    """Where the bytes of one file lie inside a tar shard: one range read fetches them."""

    shard: str
    name: str
    offset: int
    size: int
    sha256: str


class Film(Record):
    """One film as probed. `film_id` starts with the digest of its bytes, never its path.

    The crop is what is left of the displayed picture without black bars and watermarks, in its pixels.
    A film that a gate rejected stays as a row, `kept` false, without stories.
    """

    schema_version: ClassVar[int] = 2

    film_id: str
    name: str
    source: str
    owner: str
    licence: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    fps: float
    num_frames: int
    duration_seconds: float
    rotation_degrees: int
    is_variable_frame_rate: bool
    has_audio: bool
    video_codec: str
    crop_left: int
    crop_top: int
    crop_width: int
    crop_height: int
    kept: bool = True

    @classmethod
    def upgrade(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Version 1 knew neither crops nor rejected films."""
        whole = {"crop_left": 0, "crop_top": 0, "crop_width": fields["width"], "crop_height": fields["height"]}
        return {**fields, **whole, "kept": True}


class Shot(Record):
    """One shot. Frames count from the film's first; `end_frame` is exclusive.

    `start_seconds` is the presentation time in the film; `story_start_seconds` counts from the
    story's own start. Shots of a story are contiguous, do not overlap and cover it. A shot over four
    seconds has a segment of four that stands for it, in both times.
    """

    schema_version: ClassVar[int] = 2

    shot_id: str
    story_id: str
    film_id: str
    index: int
    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float
    story_start_seconds: float
    story_end_seconds: float
    transition_in: Transition
    scene_id: str | None = None
    character_ids: tuple[str, ...] = ()
    plot: str | None = None
    caption: str | None = None
    is_prologue_or_epilogue: bool = False
    kept: bool = True
    segment_start_seconds: float | None = None
    segment_end_seconds: float | None = None
    story_segment_start_seconds: float | None = None
    story_segment_end_seconds: float | None = None

    @classmethod
    def upgrade(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Version 1 had no segments, which are optional."""
        return fields


class Story(Record):
    """About a minute of one film, snapped to cuts; one training sample."""

    story_id: str
    film_id: str
    index: int
    start_seconds: float
    end_seconds: float
    num_shots: int
    storyline: str | None = None
    is_annotated: bool = False
    kept: bool = True


class Character(Record):
    """A main character of one story. `name` is the ID its script gives it."""

    character_id: str
    story_id: str
    name: str
    appearance: str


class Scene(Record):
    """A main scene of one story."""

    scene_id: str
    story_id: str
    name: str
    environment: str


class AudioShot(Record):
    """A stretch of a story over which picture and sound belong together, of the audio subset (AnimeShooter, A.3).

    It begins and ends where both change, so it spans one or more whole shots, `first_shot` to `last_shot` (their places
    in the story, both included). `sound_type`, `sound_description` and `visual_context` tell its sound effects: the
    category, what it is like (pitch, intensity, pattern in time), and what on the screen makes it.
    """

    audio_shot_id: str
    story_id: str
    film_id: str
    index: int
    first_shot: int
    last_shot: int
    start_seconds: float
    end_seconds: float
    story_start_seconds: float
    story_end_seconds: float
    scene_id: str | None = None
    character_ids: tuple[str, ...] = ()
    plot: str | None = None
    caption: str | None = None
    sound_type: str | None = None
    sound_description: str | None = None
    visual_context: str | None = None
    is_prologue_or_epilogue: bool = False
    kept: bool = True


class Reference(Record):
    """One reference picture of a character, cut out of a shot, with its mask."""

    reference_id: str
    character_id: str
    story_id: str
    shot_id: str
    frame: int
    film_seconds: float
    mask_area_share: float
    score: float
    backend: str
    backend_version: int


class Decision(Record):
    """The final word of one gate or stage on one item. Attempts and seconds stay in the journal."""

    item_id: str
    item_kind: ItemKind
    gate: str
    outcome: Outcome
    score: float | None = None
    threshold: float | None = None
    reason: str = ""
    backend: str = "pegbar"
    version: int = 1
