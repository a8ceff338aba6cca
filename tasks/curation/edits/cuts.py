"""Edits of where shots begin and end, and what follows: references find their shots again."""

from typing import assert_never

from pegbar.errors import InputError
from pegbar.records import Shot
from tasks.curation.edits.boundaries import REMEDY, CutShot, merged, moved, split
from tasks.curation.edits.kinds import MergeShots, MoveBoundary, SplitShot
from tasks.curation.edits.state import GroupState
from tasks.curation.edits.words import Done


def edit_cuts(state: GroupState, edit: MergeShots | SplitShot | MoveBoundary, segment_seconds: float) -> Done:
    """Merge, split or move; a refused edit leaves the group alone. The story's own ends never move.

    Raises:
        NotFoundError: the shot is not there. InputError: it cannot be so.
    """
    cuts, position = state.place(edit.id)
    story_id = cuts[position].shot.story_id
    match edit:
        case MergeShots():
            new, done = _merge(cuts, position, edit, segment_seconds)
        case SplitShot():
            new, done = _split(state, cuts, position, edit, segment_seconds)
        case MoveBoundary():
            new, done = _move(state, cuts, position, edit, segment_seconds)
        case _:
            assert_never(edit)
    if new == cuts:
        return {}
    state.replace_shots(story_id, new)
    _rehome_references(state, story_id)
    return done


def _merge(cuts: list[CutShot], position: int, edit: MergeShots, seconds: float) -> tuple[list[CutShot], Done]:
    if position + 1 == len(cuts) or cuts[position + 1].shot.shot_id != edit.next:
        raise _refused(f"{edit.next} does not follow {edit.id} in its story", edit.id)
    one = merged(cuts[position], cuts[position + 1], seconds)
    done: Done = {edit.item: f"merged with {edit.next}", ("shot", edit.next): f"merged into {edit.id}"}
    return [*cuts[:position], one, *cuts[position + 2 :]], done


def _split(
    state: GroupState, cuts: list[CutShot], position: int, edit: SplitShot, seconds: float
) -> tuple[list[CutShot], Done]:
    shot = cuts[position].shot
    new_id = _free_id(shot, state.shot_ids_ever())
    halves = split(cuts[position], edit.frame, state.clock(shot.film_id), new_id, seconds)
    state.new_ids.add(new_id)
    done: Done = {edit.item: f"split at frame {edit.frame}", ("shot", new_id): f"split from {edit.id}"}
    return [*cuts[:position], *halves, *cuts[position + 1 :]], done


def _move(
    state: GroupState, cuts: list[CutShot], position: int, edit: MoveBoundary, seconds: float
) -> tuple[list[CutShot], Done]:
    if position == 0:
        raise _refused(f"{edit.id} is the first of its story: a story's own ends stay", edit.id)
    before, after = cuts[position - 1], cuts[position]
    if edit.frame == after.shot.start_frame:
        return cuts, {}
    pair = moved(before, after, edit.frame, state.clock(after.shot.film_id), seconds)
    done: Done = {
        edit.item: f"starts at frame {edit.frame}",
        ("shot", before.shot.shot_id): f"ends before frame {edit.frame}",
    }
    return [*cuts[: position - 1], *pair, *cuts[position + 1 :]], done


def _free_id(shot: Shot, taken: set[str]) -> str:
    """Return the id of a second half; see `SplitShot`."""
    root = f"{shot.story_id}-{shot.shot_id.removeprefix(f'{shot.story_id}-').partition('-')[0]}"
    number = 2
    while f"{root}-{number}" in taken:
        number += 1
    return f"{root}-{number}"


def _rehome_references(state: GroupState, story_id: str) -> None:
    """Give every reference of a story the shot that its frame lies in, which then shows the character."""
    for name, reference in state.references.items():
        within = (
            cut.shot for cut in state.cuts[story_id] if cut.shot.start_frame <= reference.frame < cut.shot.end_frame
        )
        shot = next(within, None) if reference.story_id == story_id else None
        if shot is None:
            continue
        state.references[name] = reference.model_copy(update={"shot_id": shot.shot_id})
        if reference.character_id not in shot.character_ids:
            cast = (*shot.character_ids, reference.character_id)
            state.replace_shot(shot.model_copy(update={"character_ids": cast}))


def _refused(what: str, subject: str) -> InputError:
    return InputError(what, remedy=REMEDY, subject=subject)
