"""Whether a story's sound is for the audio subset: effects, whole and clean, without long speech or music (AA-02)."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from pegbar.records import Decision, Story
from tasks.curation.sound.hearing import Track
from tasks.curation.sound.table import ROW_SECONDS, SoundTable

Rows = npt.NDArray[np.bool_]


class AudioGatesConfig(Config):
    """Thresholds of the audio subset's gates. Raise `version` when one changes.

    Args:
        min_voice: a moment is speech where the mean probability over `voice_seconds` around it is at least this.
        min_music: a moment is music where `music_of` is at least this.
        pause_seconds: a shorter pause does not end a stretch of speech or music.
        max_speech_seconds, max_music_seconds: the longest stretch a story may have.
        min_rate: of the sound track, in hertz.
        min_cover: share of a story that the track reaches over.
        silence_db: a moment is silent below this. max_silent: share of a story.
        max_clipped: share of samples at full scale.
    """

    version: int = Field(default=1, ge=1)
    min_voice: float = Field(default=0.2, ge=0, le=1)
    voice_seconds: float = Field(default=1.0, gt=0)
    min_music: float = Field(default=2.65, ge=0)
    pause_seconds: float = Field(default=1.0, ge=0)
    max_speech_seconds: float = Field(default=3.0, ge=0)
    max_music_seconds: float = Field(default=5.0, ge=0)
    min_rate: int = Field(default=16_000, ge=1)
    min_cover: float = Field(default=0.95, ge=0, le=1)
    silence_db: float = -60.0
    max_silent: float = Field(default=0.8, ge=0, le=1)
    max_clipped: float = Field(default=0.005, ge=0, le=1)


def speech_rows(table: SoundTable, config: AudioGatesConfig) -> Rows:
    """Return which rows of a whole film are speech."""
    reach = round(config.voice_seconds / ROW_SECONDS / 2)
    total = np.concatenate((np.zeros(1), table.voice.cumsum(dtype=np.float64)))
    places = np.arange(table.num_rows)
    first, last = np.maximum(places - reach, 0), np.minimum(places + reach + 1, table.num_rows)
    return np.asarray((total[last] - total[first]) / np.maximum(last - first, 1) >= config.min_voice)


def music_rows(table: SoundTable, config: AudioGatesConfig) -> Rows:
    """Return which rows of a whole film are music."""
    return np.asarray(table.music >= config.min_music)


def longest_seconds(rows: Rows, config: AudioGatesConfig) -> float:
    """Return the length of the longest stretch of rows that are true, pauses in it included."""
    places = np.flatnonzero(rows)
    if not len(places):
        return 0.0
    breaks = np.flatnonzero(np.diff(places) - 1 > config.pause_seconds / ROW_SECONDS)
    firsts, lasts = places[np.append(0, breaks + 1)], places[np.append(breaks, len(places) - 1)]
    return float((lasts - firsts + 1).max() * ROW_SECONDS)


def story_gates(
    stories: Iterable[Story], track: Track, table: SoundTable, config: AudioGatesConfig
) -> Iterator[Decision]:
    """Yield every gate's decision on every story; of a film without a track, the first gate's alone."""
    # The mean over a second reaches beyond the voice at both its ends; the pauses within are bridged anyway.
    speech = speech_rows(table, config) & (table.voice >= config.min_voice)
    music = music_rows(table, config)
    for story in stories:
        yield _track(story, track, config)
        if track.sample_rate is None:
            continue
        part = _rows_of(story)
        own = table.between(story.start_seconds, story.end_seconds)
        silent = float((own.loudness_db < config.silence_db).mean()) if own.num_rows else 1.0
        clipped = float(own.clipped.mean()) if own.num_rows else 0.0
        yield _bounded(story, "audio_silence", silent, config.max_silent, "silent for {:.0%} of its time", config)
        yield _bounded(story, "audio_clipping", clipped, config.max_clipped, "{:.2%} of its samples clip", config)
        spoken = longest_seconds(speech[part], config)
        said = _bounded(story, "audio_speech", spoken, config.max_speech_seconds, "speech for {:.1f} s on end", config)
        yield said.model_copy(update={"backend": track.detector})
        played = longest_seconds(music[part], config)
        yield _bounded(story, "audio_music", played, config.max_music_seconds, "music for {:.1f} s on end", config)


def _rows_of(story: Story) -> slice:
    return slice(round(story.start_seconds / ROW_SECONDS), round(story.end_seconds / ROW_SECONDS))


def _track(story: Story, track: Track, config: AudioGatesConfig) -> Decision:
    """Return whether the film has a track that is good enough and reaches over the story."""
    length = story.end_seconds - story.start_seconds
    cover = min(1.0, max(0.0, track.sound_end_seconds - story.start_seconds) / length) if length > 0 else 0.0
    kind = f"{track.sample_rate} Hz, {_channels(track)}"
    problem = ""
    if track.problem:
        problem = f"its sound cannot be heard: {track.problem}"
    elif track.sample_rate is None:
        problem = "the film has no sound track"
    elif track.sample_rate < config.min_rate:
        problem = f"the sound is stored at {track.sample_rate} Hz, {config.min_rate} are asked for"
    elif cover < config.min_cover:
        problem = f"the sound ends at {track.sound_end_seconds:.1f} s, the story at {story.end_seconds:.1f} s"
    elif track.goes_on:
        kind += "; it goes on after the last picture, which is left out"
    return Decision(
        item_id=story.story_id,
        item_kind="story",
        gate="audio_track",
        outcome="rejected" if problem else "kept",
        score=round(cover, 6),
        threshold=config.min_cover,
        reason=problem or kind,
        version=config.version,
    )


def _channels(track: Track) -> str:
    return {1: "mono", 2: "stereo"}.get(track.num_channels or 0, f"{track.num_channels} channels mixed to stereo")


def _bounded(story: Story, gate: str, value: float, highest: float, words: str, config: AudioGatesConfig) -> Decision:
    is_kept = value <= highest
    return Decision(
        item_id=story.story_id,
        item_kind="story",
        gate=gate,
        outcome="kept" if is_kept else "rejected",
        score=round(value, 6),
        threshold=highest,
        reason="" if is_kept else words.format(value),
        version=config.version,
    )
