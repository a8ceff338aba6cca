"""Effects described from the signal alone: pitch, intensity and pattern in time; what makes them stays unknown."""

from itertools import pairwise
from statistics import fmean, pstdev
from typing import Literal

from pydantic import Field

from models.clients import Calls
from models.sound_annotators.base import SoundNote, SoundRequest, SoundTraits
from pegbar.config import Config

UNKNOWN = "described from the signal alone: what it is and what makes it are not known"
NOTHING = "no sound effect is heard"


class MeasuredSoundConfig(Config):
    """Which numbers are called what.

    Args:
        pitches, levels: (lower bound, word), highest first; what is under all has the last word. In hertz, and in dB.
        min_noise_share: from this on, noise has no pitch.
        max_unevenness: of regular gaps: their standard deviation over their mean. min_regular: sounds of a pattern.
    """

    kind: Literal["measured"] = "measured"
    version: int = Field(default=1, ge=1)
    pitches: tuple[tuple[float, str], ...] = ((1000.0, "high"), (250.0, "middle"), (0.0, "low"))
    levels: tuple[tuple[float, str], ...] = (
        (-18.0, "loud"), (-30.0, "moderate"), (-45.0, "soft"), (-200.0, "faint"),
    )  # fmt: skip
    min_noise_share: float = Field(default=0.5, ge=0, le=1)
    max_unevenness: float = Field(default=0.25, ge=0)
    min_regular: int = Field(default=4, ge=3)

    def build(self, calls: Calls) -> "MeasuredSoundAnnotator":
        """Return the annotator, which asks nobody."""
        return MeasuredSoundAnnotator(self)


class MeasuredSoundAnnotator:
    """Puts the traits of the signal into words."""

    name = "measured"

    def __init__(self, config: MeasuredSoundConfig) -> None:
        self._config = config
        self.version = config.version

    def annotate(self, request: SoundRequest) -> SoundNote:
        """Describe the audio shot's sound; type and context stay unknown."""
        described = self.describe(request.traits)
        return SoundNote(sound_description=described, reason=UNKNOWN if described else NOTHING)

    def describe(self, traits: SoundTraits | None) -> str | None:
        """Return a sentence without an end; None where nothing sounds."""
        if traits is None:
            return None
        return "; ".join((self._pitch(traits), self._level(traits), self._pattern(traits)))

    def _pitch(self, traits: SoundTraits) -> str:
        if traits.noise_share >= self._config.min_noise_share:
            return "noise without a clear pitch"
        rounded = float(f"{traits.pitch_hertz:.2g}")
        return f"{_word(traits.pitch_hertz, self._config.pitches)} pitch, about {rounded:g} Hz"

    def _level(self, traits: SoundTraits) -> str:
        word = _word(traits.loudness_db, self._config.levels)
        return f"{word} ({traits.loudness_db:.0f} dB on average, {traits.peak_db:.0f} dB at its peak)"

    def _pattern(self, traits: SoundTraits) -> str:
        gaps = [after - before for before, after in pairwise(traits.onset_seconds)]
        count = len(traits.onset_seconds)
        if count <= 1:
            return "a single sound" if count else "a steady sound"
        if count >= self._config.min_regular and pstdev(gaps) <= self._config.max_unevenness * fmean(gaps):
            return f"{count} sounds in a regular pattern, one every {fmean(gaps):.2g} s"
        return f"{count} sounds at uneven times"


def _word(value: float, words: tuple[tuple[float, str], ...]) -> str:
    return next((word for bound, word in words if value >= bound), words[-1][1])
