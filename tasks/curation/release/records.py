"""An AnimeShooter release as pegbar's own records, and beside each what they do not hold: how it was told.

The form is known from the paper (appendix A) and from what readers of the release report: a JSON file per video with
`video ID`, `url`, `fps` and `segments`, each of about a minute, told in frames of the film, with `reference images` and
a `story script`. Keys have spaces in some files and underscores in others; times count from the segment in some and
from the film in others.
"""

from typing import Literal

from pydantic import Field

from models.annotators.script_values import MAX_SCRIPT_BYTES
from pegbar.config import Config
from pegbar.records import AudioShot, Character, Record, Scene, Shot, Story
from tasks.curation.release.keys import FoundSpelling, ObjectForm, Spelling
from tasks.curation.release.times import Convention, TimesConfig, TimesFound

MANIFEST_NAME = "manifest.json"
IDS_NAME = "video_ids.txt"


class ReleaseConfig(Config):
    """What is read of a release, at most.

    Args:
        max_json_bytes: of one video's annotation; `max_picture_bytes` of one reference picture.
        max_ratio: how many times its packed size a file of a zip may unpack to.
    """

    max_files: int = Field(default=1_000_000, gt=0)
    max_json_bytes: int = Field(default=MAX_SCRIPT_BYTES, gt=0)
    max_picture_bytes: int = Field(default=64 << 20, gt=0)
    max_ratio: int = Field(default=200, gt=1)
    max_fps: float = Field(default=1000.0, gt=0)
    times: TimesConfig = TimesConfig()


class ReleaseForm(Config):
    """How a release is written; None leaves what was told as it was."""

    spelling: Spelling | None = None
    times: Convention | None = None
    precision: Literal["milliseconds", "seconds"] | None = None

    @property
    def digits(self) -> int | None:
        """Digits of the fraction of every time; None as told."""
        return None if self.precision is None else {"milliseconds": 3, "seconds": 0}[self.precision]


class Finding(Record):
    """What was seen in one file of a release: `refused` things are left out, `flagged` ones used as they are."""

    path: str
    severity: Literal["refused", "flagged"]
    what: str
    place: str = ""


class Picture(Record):
    """A reference picture, or a mask, that a segment names; `character_id` where it says whose."""

    path: str
    character_id: str | None


class ShotForm(Record):
    """How one shot was told; the digits are those of its times' fractions, the segment's two of the four seconds."""

    whole: ObjectForm
    visual: ObjectForm | None = None
    audio: ObjectForm | None = None
    start_digits: int = 3
    end_digits: int = 3
    segment_digits: tuple[int, int] = (3, 3)


class StoryForm(Record):
    """How one segment was told. `unread_shots` holds those that are no shots as JSON text, by place."""

    segment: ObjectForm
    script: ObjectForm
    characters: tuple[ObjectForm, ...]
    scenes: tuple[ObjectForm, ...]
    shots: tuple[ShotForm, ...]
    unread_shots: dict[int, str] = {}


class ReleaseStory(Record):
    """One segment: a story with its shots, cast, scenes and sounds.

    Args:
        audio_shots: of the shots that have an audio annotation, in order.
        start_frame: of the segment, in the film; `end_frame` is exclusive.
        reference_images: as told, in JSON text: what a release means by it is not documented.
        times: what its shots' times counted from.
    """

    story: Story
    shots: tuple[Shot, ...]
    characters: tuple[Character, ...]
    scenes: tuple[Scene, ...]
    audio_shots: tuple[AudioShot, ...] = ()
    start_frame: int
    end_frame: int
    reference_images: str = "null"
    reference_masks: str = "null"
    pictures: tuple[Picture, ...] = ()
    masks: tuple[Picture, ...] = ()
    times: TimesFound
    form: StoryForm


class ReleaseFilm(Record):
    """One video's annotation; `unread_segments` holds what is no segment as JSON text, by place."""

    video_id: str
    path: str
    url: str | None
    fps: float
    spelling: FoundSpelling
    stories: tuple[ReleaseStory, ...]
    unread_segments: dict[int, str] = {}
    form: ObjectForm
    findings: tuple[Finding, ...] = ()


class Release(Record):
    """A whole release: its films by path, what was found in its files, and the ids it lists, if it does."""

    films: tuple[ReleaseFilm, ...]
    findings: tuple[Finding, ...] = ()
    listed_ids: tuple[str, ...] | None = None
