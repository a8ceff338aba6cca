"""Shots joined into audio shots: a boundary is where the picture cuts and the sound changes too (AA-03)."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pydantic import Field

from pegbar.config import Config
from pegbar.records import AudioShot, Shot, Story
from tasks.curation.sound.table import SoundTable

Span = tuple[int, int]  # first and last shot of a story, both included


class JoiningConfig(Config):
    """When the sound changes with the picture, and how short an audio shot may be.

    The change nearby (`tolerance_seconds` from the cut, both sides) has to be a change at all, and about the largest
    one around: a sound that comes and goes between two cuts speaks for neither.

    Args:
        min_change_db: how unlike the second before and the second after are, at least (see `SoundTable.change`).
        min_share: of the largest change within `around_seconds`.
        min_seconds: an audio shot lasts longer than this.
    """

    version: int = Field(default=1, ge=1)
    min_change_db: float = Field(default=6.0, ge=0)
    tolerance_seconds: float = Field(default=0.4, ge=0)
    around_seconds: float = Field(default=1.5, ge=0)
    min_share: float = Field(default=0.9, ge=0, le=1)
    min_seconds: float = Field(default=3.0, ge=0)


def joined_spans(shots: Sequence[Shot], table: SoundTable, config: JoiningConfig) -> list[Span]:
    """Return which shots of a story are joined, in order and without gaps; none where the story is too short.

    First every cut with a change of sound parts two spans. Then the shortest span that is too short goes, again and
    again, to the neighbour from which it is parted by the smaller change, of equals to the shorter one.
    """
    changes = [largest_change(shot.start_seconds, config.tolerance_seconds, table) for shot in shots]
    firsts = [0, *(place for place in range(1, len(shots)) if sound_changes(shots[place].start_seconds, table, config))]
    while True:
        spans = [(first, after - 1) for first, after in pairwise([*firsts, len(shots)])]
        length, place = min((_seconds(shots, span), place) for place, span in enumerate(spans))
        if length > config.min_seconds:
            return spans
        if len(spans) == 1:
            return []
        neighbours = [beside for beside in (place - 1, place + 1) if 0 <= beside < len(spans)]
        edges = [(changes[firsts[max(place, beside)]], _seconds(shots, spans[beside]), beside) for beside in neighbours]
        firsts.pop(max(place, min(edges)[2]))


def sound_changes(seconds: float, table: SoundTable, config: JoiningConfig) -> bool:
    """Return whether the sound changes about a cut, in film time."""
    near = largest_change(seconds, config.tolerance_seconds, table)
    around = largest_change(seconds, config.around_seconds, table)
    return near >= config.min_change_db and near >= config.min_share * around


def largest_change(seconds: float, reach_seconds: float, table: SoundTable) -> float:
    """Return how much the sound changes near a moment of film time, in dB; 0 where there is none."""
    near = table.between(seconds - reach_seconds, seconds + reach_seconds).change
    return float(near.max()) if len(near) else 0.0


def audio_shot_of(story: Story, shots: Sequence[Shot], index: int) -> AudioShot:
    """Return the audio shot that consists of these shots; what is seen in it is what is seen in them.

    Its scene is the longest shot's that has one; its plot and caption are theirs, one after the other. It is kept if
    they all are.
    """
    placed = [shot for shot in shots if shot.scene_id]
    longest = max(placed, key=lambda shot: shot.end_seconds - shot.start_seconds, default=None)
    return AudioShot(
        audio_shot_id=f"{story.story_id}-a{index:03d}",
        story_id=story.story_id,
        film_id=story.film_id,
        index=index,
        first_shot=shots[0].index,
        last_shot=shots[-1].index,
        start_seconds=shots[0].start_seconds,
        end_seconds=shots[-1].end_seconds,
        story_start_seconds=shots[0].story_start_seconds,
        story_end_seconds=shots[-1].story_end_seconds,
        scene_id=longest.scene_id if longest else None,
        character_ids=tuple(dict.fromkeys(who for shot in shots for who in shot.character_ids)),
        plot=_told(shot.plot for shot in shots),
        caption=_told(shot.caption for shot in shots),
        is_prologue_or_epilogue=all(shot.is_prologue_or_epilogue for shot in shots),
        kept=all(shot.kept for shot in shots),
    )


def _told(texts: Iterable[str | None]) -> str | None:
    """Return the texts that are there, each once, as one."""
    return " ".join(dict.fromkeys(text for text in texts if text)) or None


def _seconds(shots: Sequence[Shot], span: Span) -> float:
    first, last = span
    return shots[last].end_seconds - shots[first].start_seconds
