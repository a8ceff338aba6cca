"""The dataset as a stage sees it: examples of one or more shots under candidate references."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from pegbar.dataset import ShotView, StoryView
from pegbar.errors import InputError
from pegbar.records import Member
from tasks.training.config import StageConfig


@dataclass(frozen=True)
class Example:
    """Shots to be generated in a row, and the reference pictures that fit them (none: the first frame stands in)."""

    sample_id: str
    shots: tuple[ShotView, ...]
    references: tuple[Member, ...]


def examples_of(stories: Sequence[StoryView], stage: StageConfig) -> list[Example]:
    """Return a stage's examples in a fixed order.

    Raises:
        InputError: the dataset has none.
    """
    found = list(_examples(stories, stage))
    if not found:
        raise InputError(
            f"the dataset has no example for stage {stage.name}: it needs {stage.shots_per_sequence} captioned shots "
            f"in a row and a reference of a character in them (view {stage.view!r})",
            remedy="pegbar data show, then curate more films or lower shots_per_sequence",
            subject=stage.name,
        )
    return found


def _examples(stories: Sequence[StoryView], stage: StageConfig) -> Iterable[Example]:
    if stage.view == "clip":
        for story in stories:
            yield from (Example(shot.shot.shot_id, (shot,), ()) for shot in _captioned(story))
    elif stage.view in ("shot", "story"):
        for story in stories:
            yield from _windows(story, stage.shots_per_sequence)
    else:
        yield from _combinations(stories, stage)


def _captioned(story: StoryView) -> list[ShotView]:
    return [shot for shot in story.shots if shot.shot.caption]


def _windows(story: StoryView, length: int) -> Iterable[Example]:
    """Yield every run of `length` shots with a character that has pictures; these are its candidates."""
    shots = _captioned(story)
    for start in range(len(shots) - length + 1):
        window = tuple(shots[start : start + length])
        character_id = _lead(story, window)
        if character_id is not None:
            yield Example("+".join(shot.shot.shot_id for shot in window), window, _pictures(story, character_id))


def _lead(story: StoryView, shots: Sequence[ShotView]) -> str | None:
    """Return the character with a reference that is in most of `shots`; of equals the first by id."""
    with_picture = {view.reference.character_id for view in story.references}
    seen = Counter(name for shot in shots for name in shot.shot.character_ids if name in with_picture)
    return min(seen, key=lambda name: (-seen[name], name), default=None)


def _pictures(story: StoryView, character_id: str) -> tuple[Member, ...]:
    return tuple(view.image for view in story.references if view.reference.character_id == character_id)


def _combinations(stories: Sequence[StoryView], stage: StageConfig) -> Iterable[Example]:
    """Yield every ordered choice among one character's clips: random order comes from the loader's shuffle."""
    found = choose_ip(stories, stage.ip, stage.ip_film_id)
    if found is None:
        return
    film_id, name = found
    shots: list[ShotView] = []
    pictures: list[Member] = []
    for story in (story for story in stories if story.story.film_id == film_id):
        ids = {character.character_id for character in story.characters if character.name == name}
        shots += [shot for shot in _captioned(story) if ids & set(shot.shot.character_ids)]
        for character_id in sorted(ids):
            pictures += _pictures(story, character_id)
    for chosen in permutations(_spread(shots, stage.max_ip_clips), stage.shots_per_sequence):
        yield Example("+".join(shot.shot.shot_id for shot in chosen), chosen, tuple(pictures))


def _spread(shots: list[ShotView], count: int) -> list[ShotView]:
    """Return `count` shots evenly spread over the film, for different scenes and actions; all of them if fewer."""
    if len(shots) <= count:
        return shots
    return [shots[index * len(shots) // count] for index in range(count)]


def choose_ip(
    stories: Sequence[StoryView], name: str | None = None, film_id: str | None = None
) -> tuple[str, str] | None:
    """Return (film id, name) of the character that plays in most captioned shots of stories with a picture of it.

    Args:
        name: only characters of this name. film_id: only of this film. Of equals the first is taken.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for story in stories:
        pictured = {view.reference.character_id for view in story.references}
        names = {item.character_id: item.name for item in story.characters if item.character_id in pictured}
        playing = (names[key] for shot in _captioned(story) for key in shot.shot.character_ids if key in names)
        seen.update((story.story.film_id, played) for played in playing)
    wanted = [key for key in seen if name in (None, key[1]) and film_id in (None, key[0])]
    return min(wanted, key=lambda key: (-seen[key], key), default=None)
