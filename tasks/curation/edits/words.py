"""Edits of what is told: storylines, captions, casts, scenes. Each says what it did to which item."""

from typing import assert_never

from pegbar.errors import InputError
from pegbar.records import Character, ItemKind, Shot
from tasks.curation.edits.boundaries import REMEDY, with_segment
from tasks.curation.edits.kinds import EditCharacter, EditScene, EditShot, EditStory, MergeCharacters
from tasks.curation.edits.state import GroupState, found_in

Done = dict[tuple[ItemKind, str], str]
COLUMNS = {"scene": "scene_id", "characters": "character_ids"}


def edit_words(
    state: GroupState,
    edit: EditStory | EditShot | EditCharacter | EditScene | MergeCharacters,
    segment_seconds: float,
) -> Done:
    """Apply one edit to the group's records; a refused one leaves them alone.

    Raises:
        NotFoundError: the item, or one that the edit names, is not there. InputError: it cannot be so.
    """
    match edit:
        case EditStory():
            return _edit_story(state, edit)
        case EditShot():
            return _edit_shot(state, edit, segment_seconds)
        case EditCharacter():
            return _edit_character(state, edit)
        case EditScene():
            return _edit_scene(state, edit)
        case MergeCharacters():
            return _merge_characters(state, edit)
        case _:
            assert_never(edit)


def _edit_story(state: GroupState, edit: EditStory) -> Done:
    story = found_in(state.stories, edit.id, "story")
    new = story.model_copy(update=edit.changes)
    state.stories[edit.id] = new
    return {edit.item: ", ".join(edit.changes)} if new != story else {}


def _edit_shot(state: GroupState, edit: EditShot, segment_seconds: float) -> Done:
    cuts, position = state.place(edit.id)
    shot = cuts[position].shot
    changes = {COLUMNS.get(name, name): value for name, value in edit.changes.items()}
    start = changes.pop("segment_start_seconds", None)
    _check_cast(state, shot, edit)
    new = shot.model_copy(update=changes)
    if edit.segment_start_seconds is not None and start is not None:
        last = shot.end_seconds - segment_seconds
        if not shot.start_seconds <= edit.segment_start_seconds <= last:
            raise _refused(
                f"a segment of {segment_seconds:g} s from {start} s on is not inside {shot.shot_id}, "
                f"{shot.start_seconds:g} to {shot.end_seconds:g} s",
                edit.id,
            )
        new = with_segment(new, edit.segment_start_seconds, segment_seconds)
    state.replace_shot(new)
    gone = [
        name
        for name, reference in state.references.items()
        if reference.shot_id == edit.id and reference.character_id not in new.character_ids
    ]
    for name in gone:
        del state.references[name]
    dropped: Done = {("reference", name): "its shot no longer lists the character" for name in gone}
    return {edit.item: ", ".join(edit.changes), **dropped} if new != shot else {}


def _check_cast(state: GroupState, shot: Shot, edit: EditShot) -> None:
    for name in edit.characters or ():
        if found_in(state.characters, name, "character").story_id != shot.story_id:
            raise _refused(f"{name} is a character of another story", name)
    if edit.characters and len(set(edit.characters)) < len(edit.characters):
        raise _refused(f"{edit.id} would list a character twice", edit.id)
    if edit.scene is not None and found_in(state.scenes, edit.scene, "scene").story_id != shot.story_id:
        raise _refused(f"{edit.scene} is a scene of another story", edit.scene)


def _edit_character(state: GroupState, edit: EditCharacter) -> Done:
    character = found_in(state.characters, edit.id, "character")
    new = character.model_copy(update=edit.changes)
    names = [other.name for other in _cast(state, character) if other.character_id != edit.id]
    if new.name in names:
        raise _refused(
            f"another character of the story is called {new.name!r}: merge_characters makes them one", edit.id
        )
    state.characters[edit.id] = new
    return {edit.item: ", ".join(edit.changes)} if new != character else {}


def _cast(state: GroupState, character: Character) -> list[Character]:
    return [other for other in state.characters.values() if other.story_id == character.story_id]


def _edit_scene(state: GroupState, edit: EditScene) -> Done:
    scene = found_in(state.scenes, edit.id, "scene")
    new = scene.model_copy(update=edit.changes)
    state.scenes[edit.id] = new
    return {("story", scene.story_id): f"environment of {edit.id}"} if new != scene else {}


def _merge_characters(state: GroupState, edit: MergeCharacters) -> Done:
    stays = found_in(state.characters, edit.id, "character")
    goes = found_in(state.characters, edit.other, "character")
    if stays == goes or stays.story_id != goes.story_id:
        raise _refused(f"{edit.id} and {edit.other} are not two characters of one story", edit.id)
    for cut in list(state.cuts.get(stays.story_id, ())):
        cast = _one_for_other(cut.shot.character_ids, edit)
        if cast != cut.shot.character_ids:
            state.replace_shot(cut.shot.model_copy(update={"character_ids": cast}))
    for name, reference in state.references.items():
        if reference.character_id == edit.other:
            state.references[name] = reference.model_copy(update={"character_id": edit.id})
    for name, heard in state.audio_shots.items():
        cast = _one_for_other(heard.character_ids, edit)
        state.audio_shots[name] = heard.model_copy(update={"character_ids": cast})
    del state.characters[edit.other]
    return {edit.item: f"is also {edit.other}", ("character", edit.other): f"is {edit.id}"}


def _one_for_other(cast: tuple[str, ...], edit: MergeCharacters) -> tuple[str, ...]:
    return tuple(dict.fromkeys(edit.id if name == edit.other else name for name in cast))


def _refused(what: str, subject: str) -> InputError:
    return InputError(what, remedy=REMEDY, subject=subject)
