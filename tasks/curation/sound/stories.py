"""Which stories are in the audio subset, and which of their shots are joined: decisions, without a sound told yet."""

from collections.abc import Sequence

from pegbar.config import Config
from pegbar.records import AudioShot, Decision, Record, Shot, Story
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.sound.gates import AudioGatesConfig, story_gates
from tasks.curation.sound.hearing import Track
from tasks.curation.sound.joining import JoiningConfig, audio_shot_of, joined_spans
from tasks.curation.sound.table import SoundTable

GATE = "audio_shots"


class AudioStoriesConfig(Config):
    """Which stories pass, and how their shots are joined."""

    gates: AudioGatesConfig = AudioGatesConfig()
    joining: JoiningConfig = JoiningConfig()


class AudioShotSet(Record):
    """A film's audio shots, and every decision on them and on its stories."""

    audio_shots: tuple[AudioShot, ...]
    decisions: tuple[Decision, ...]


def parted(told: AnnotatedFilm, track: Track, table: SoundTable, config: AudioStoriesConfig) -> AudioShotSet:
    """Return the audio shots of the kept stories that pass every gate, and all decisions on the kept stories."""
    stories = [story for story in told.annotation.stories if story.kept]
    decisions = list(story_gates(stories, track, table, config.gates))
    refused = {decision.item_id for decision in decisions if decision.outcome != "kept"}
    found: list[AudioShot] = []
    for story in stories:
        if story.story_id not in refused:
            shots = [shot for shot in told.annotation.shots if shot.story_id == story.story_id]
            own = _joined(story, shots, table, config.joining)
            decisions.append(_decided(story, len(own), config.joining))
            found += own
    return AudioShotSet(audio_shots=tuple(found), decisions=tuple(decisions))


def _joined(story: Story, shots: Sequence[Shot], table: SoundTable, config: JoiningConfig) -> list[AudioShot]:
    spans = joined_spans(shots, table, config)
    return [audio_shot_of(story, shots[first : last + 1], number) for number, (first, last) in enumerate(spans)]


def _decided(story: Story, number: int, config: JoiningConfig) -> Decision:
    """Return whether the story gave any audio shot."""
    seconds = story.end_seconds - story.start_seconds
    reason = f"it lasts {seconds:.1f} s, an audio shot more than {config.min_seconds:g} s"
    return Decision(
        item_id=story.story_id,
        item_kind="story",
        gate=GATE,
        outcome="kept" if number else "rejected",
        score=round(seconds, 6),
        threshold=config.min_seconds,
        reason="" if number else reason,
        version=config.version,
    )
