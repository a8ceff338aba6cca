"""A patch to start from: for each item the edit that says what is there now, for a person to change."""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from pegbar.dataset import Dataset
from pegbar.errors import NotFoundError
from pegbar.records import Record
from tasks.curation.edits.kinds import AnyEdit, Edit

MASK = "mask.png"
HEAD = ("edit", "id", "reason")


def example_patch(dataset: Dataset, ids: Sequence[str]) -> dict[str, Any]:
    """Return a patch with an edit for each story, shot, character, scene or reference; who and why is still blank.

    Raises:
        NotFoundError: an id is none of these.
    """
    edits = dict(_edits(dataset))
    unknown = [item_id for item_id in ids if item_id not in edits]
    if unknown:
        raise NotFoundError(
            f"there is no story, shot, character, scene or reference {', '.join(unknown)}",
            remedy="pegbar data show, or read data/tables",
            subject=unknown[0],
        )
    return {"dataset": dataset.digest, "author": "", "reason": "", "edits": [edits[item_id] for item_id in ids]}


def places_of_clips(dataset: Dataset, ids: Sequence[str]) -> list[str]:
    """Return a line for each shot among the items, or that a reference among them is from: its frames and its clip."""
    shown = {one.shot_id for one in dataset.references() if one.reference_id in ids} | set(ids)
    return [
        f"{row['shot_id']}: frames {row['start_frame']} to {row['end_frame'] - 1}; the first picture of "
        f"{row['clip_name']} in {dataset.root / 'shards' / row['clip_shard']} is frame {row['start_frame']}"
        for row in dataset.table("shots").to_pylist()
        if row["shot_id"] in shown
    ]


def kinds_of_edits() -> list[tuple[str, str, str]]:
    """Return every kind of edit: its name, its fields (those in brackets may be left out), and what it does."""
    found = []
    for kind in _kinds():
        fields = kind.model_fields
        own = [name for name in fields if name not in HEAD]
        shown = ("id", *(name if fields[name].is_required() else f"[{name}]" for name in own))
        words = " ".join((kind.__doc__ or "").split()).replace("``", "")
        found.append((get_args(fields["edit"].annotation)[0], " ".join(shown), words))
    return found


def _kinds() -> tuple[type[Edit], ...]:
    kinds: tuple[type[Edit], ...] = get_args(get_args(AnyEdit)[0])
    return kinds


def _edits(dataset: Dataset) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield every item's id and the edit that leaves it as it is."""
    for story in dataset.stories():
        yield story.story_id, {"edit": "story", "id": story.story_id, **_given(story, "storyline", "kept")}
    for shot in dataset.shots():
        told = _given(shot, "plot", "caption", "is_prologue_or_epilogue", "kept")
        named = {"scene": shot.scene_id} if shot.scene_id else {}
        listed = {"characters": list(shot.character_ids)}
        yield shot.shot_id, {"edit": "shot", "id": shot.shot_id, **told, **named, **listed}
    for character in dataset.characters():
        told = _given(character, "name", "appearance")
        yield character.character_id, {"edit": "character", "id": character.character_id, **told}
    for scene in dataset.scenes():
        yield scene.scene_id, {"edit": "scene", "id": scene.scene_id, **_given(scene, "environment")}
    for reference in dataset.references():
        place = {"shot": reference.shot_id, "frame": reference.frame, "mask": MASK}
        yield reference.reference_id, {"edit": "reference", "id": reference.reference_id, **place}


def _given(record: Record, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(record, name)) is not None}
