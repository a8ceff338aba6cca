"""What a sound annotator does: tell the sound effects of one audio shot (AnimeShooter, appendix A.3)."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from models.annotators import StoryMedia
from pegbar.records import AudioShot, Character, Record, Scene, Story


@dataclass(frozen=True)
class SoundTraits:
    """What an audio shot's signal is like; 0 dB is full scale.

    Args:
        pitch_hertz: median over its sounding time of the strongest partial.
        noise_share: share of its sounding time that is noise rather than tone.
        loudness_db: root mean square over its sounding time. peak_db: of its largest sample.
        onset_seconds: when sounds begin, from the audio shot's start.
    """

    pitch_hertz: float
    noise_share: float
    loudness_db: float
    peak_db: float
    onset_seconds: tuple[float, ...]


@dataclass(frozen=True)
class SoundRequest:
    """One audio shot of a story that is told already.

    Args:
        traits: None where nothing sounds.
        told: what was said of each of its shots beyond the script form (`ShotNote.extra`), in order.
        stretch: the audio shot's own stretch of the film, by which `media` finds what there is to see.
    """

    story: Story
    audio_shot: AudioShot
    characters: tuple[Character, ...]
    scenes: tuple[Scene, ...]
    traits: SoundTraits | None
    told: tuple[dict[str, JsonValue], ...]
    stretch: Story
    media: StoryMedia


class SoundNote(Record):
    """What is heard: the kind of effect, what it sounds like, and what on the screen makes it.

    Type and context come together or not at all; `reason` says why not.
    """

    sound_type: str | None = None
    sound_description: str | None = None
    visual_context: str | None = None
    reason: str = ""


class SoundAnnotator(Protocol):
    """A backend of this role."""

    name: str
    version: int

    def annotate(self, request: SoundRequest) -> SoundNote:
        """Tell one audio shot's effects.

        Raises:
            ProviderError, CallBudgetError, ConfigurationError: see `LanguageClient`, where a language model is asked.
        """
        ...
