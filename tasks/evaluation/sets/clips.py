"""Whose story an evaluation set tells: a character per film, its best reference, and the clips that show it alone."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import Field

from pegbar.config import Config
from pegbar.dataset import ReferenceView, ShotView, StoryView
from pegbar.digests import digest_of
from pegbar.records import Character


class ClipChoice(Config):
    """Which clips are fit for fine-tuning on one character (AnimeShooter, section 5.1 and appendix C.2).

    Args:
        min_seconds, max_seconds: how short a short clip is.
    """

    version: int = Field(default=1, ge=1)
    min_clips: int = Field(default=5, ge=1)
    max_clips: int = Field(default=6, ge=1)
    min_seconds: float = Field(default=1.0, ge=0)
    max_seconds: float = Field(default=10.0, gt=0)


@dataclass(frozen=True)
class LoneClip:
    """A clip in which nobody else of the cast is seen; `words` are those of its plot, or caption, but for the name."""

    shown: ShotView
    scene: str
    words: frozenset[str]


@dataclass
class Candidate:
    """A character of a film, over all stories of it that know somebody of this name."""

    film_id: str
    name: str
    characters: list[Character] = field(default_factory=list)
    clips: list[LoneClip] = field(default_factory=list)
    references: list[ReferenceView] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int, str]:
        """Where it stands among the characters of its film, the best first: by scenes seen in, then by clips."""
        return -len({clip.scene for clip in self.clips}), -len(self.clips), self.name

    @property
    def best_reference(self) -> ReferenceView:
        """The reference with the highest score."""
        return min(self.references, key=lambda shown: (-shown.reference.score, shown.reference.reference_id))

    def problem(self, choice: ClipChoice) -> str:
        """Return why it cannot be taken; nothing if it can."""
        if not self.references:
            return "no reference picture shows it"
        if len(self.clips) < choice.min_clips:
            return f"{len(self.clips)} short clips show it alone, {choice.min_clips} are needed"
        return ""


def candidates_of(views: Sequence[StoryView], choice: ClipChoice) -> dict[str, list[Candidate]]:
    """Return every film's characters, the best first."""
    found: dict[str, dict[str, Candidate]] = defaultdict(dict)
    for view in views:
        film_id = view.story.film_id
        names = {character.character_id: character.name for character in view.characters}
        for character in view.characters:
            candidate = found[film_id].setdefault(character.name, Candidate(film_id, character.name))
            candidate.characters.append(character)
        for shown in view.shots:
            _add_clip(found[film_id], names, view, shown, choice)
        for reference in view.references:
            found[film_id][names[reference.reference.character_id]].references.append(reference)
    return {film: sorted(cast.values(), key=lambda one: one.rank) for film, cast in sorted(found.items())}


def choose_clips(clips: Sequence[LoneClip], number: int) -> list[LoneClip]:
    """Return up to `number` clips that differ most, in film order.

    Each next one is of a scene that is not there yet, if there is any; of those, the one whose words are farthest
    (Jaccard distance) from the nearest clip already chosen; of equals, the earliest.
    """
    left = sorted(clips, key=lambda clip: (clip.shown.shot.start_seconds, clip.shown.shot.shot_id))
    chosen: list[LoneClip] = []
    while left and len(chosen) < number:
        scenes = {clip.scene for clip in chosen}
        best = max(left, key=lambda clip: (clip.scene not in scenes, _distance(clip, chosen)))
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=lambda clip: (clip.shown.shot.start_seconds, clip.shown.shot.shot_id))


def lot(seed: int, film_id: str) -> str:
    """Return where a film stands in the draw: by the seed and its own id alone."""
    return digest_of([seed, film_id])


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case."""
    return frozenset(re.findall(r"[^\W\d_]+", text.lower()))


def _add_clip(
    cast: dict[str, Candidate], names: dict[str, str], view: StoryView, shown: ShotView, choice: ClipChoice
) -> None:
    shot = shown.shot
    is_short = choice.min_seconds <= shot.end_seconds - shot.start_seconds <= choice.max_seconds
    if len(shot.character_ids) != 1 or not is_short:
        return
    name = names[shot.character_ids[0]]
    scenes = {scene.scene_id: scene.name for scene in view.scenes}
    told = words_of(shot.plot or shot.caption or "") - words_of(name)
    cast[name].clips.append(LoneClip(shown, scenes.get(shot.scene_id or "", ""), told))


def _distance(clip: LoneClip, chosen: Sequence[LoneClip]) -> float:
    return min((1 - _overlap(clip.words, other.words) for other in chosen), default=1.0)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0
