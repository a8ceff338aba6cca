"""Edits of references: dropped, or cut anew from a frame that a person chose and masked."""

import base64

from pegbar.errors import InputError
from pegbar.records import Character, Reference
from tasks.curation.edits.boundaries import REMEDY
from tasks.curation.edits.clips import ShardFiles
from tasks.curation.edits.config import EditConfig
from tasks.curation.edits.kinds import DropReference, EditReference
from tasks.curation.edits.masks import cut_out, mask_of_png
from tasks.curation.edits.state import GroupState, found_in
from tasks.curation.edits.words import Done

BACKEND, BACKEND_VERSION = "person", 1
SCORE = 1.0  # a person's choice is not measured


def drop_reference(state: GroupState, edit: DropReference) -> Done:
    """Take a reference out.

    Raises:
        NotFoundError: it is not there.
    """
    found_in(state.references, edit.id, "reference")
    del state.references[edit.id]
    return {edit.item: "dropped"}


def cut_reference(state: GroupState, edit: EditReference, mask_png: str, files: ShardFiles, config: EditConfig) -> Done:
    """Cut a reference out of a frame of a clip; a refused edit leaves the group alone.

    Raises:
        NotFoundError: no such shot, reference or character. InputError: the shot does not list the character, the frame
            is outside, or the mask is not the clip's size or not within the limits. MediaError: the clip is damaged.
    """
    character = _character_of(state, edit)
    cuts, position = state.place(edit.shot)
    cut = cuts[position]
    shot = cut.shot
    if shot.story_id != character.story_id or character.character_id not in shot.character_ids:
        raise _refused(f"{edit.shot} does not list {character.character_id}", edit.shot)
    piece = next((piece for piece in cut.pieces if piece.start <= edit.frame < piece.end), None)
    if piece is None:
        raise _refused(
            f"frame {edit.frame} is not one of {edit.shot}: give one from {shot.start_frame} to {shot.end_frame - 1}",
            edit.shot,
        )
    mask = mask_of_png(base64.b64decode(mask_png), edit.mask)
    image, cleaned = cut_out(files.picture(piece, edit.frame), mask, config.limits, config.border_share, edit.mask)
    state.members |= {f"{edit.id}.png": image, f"{edit.id}.mask.png": cleaned}
    state.references[edit.id] = Reference(
        reference_id=edit.id,
        character_id=character.character_id,
        story_id=shot.story_id,
        shot_id=edit.shot,
        frame=edit.frame,
        film_seconds=state.clock(shot.film_id).seconds(piece, edit.frame),
        mask_area_share=float(mask.mean()),
        score=SCORE,
        backend=BACKEND,
        backend_version=BACKEND_VERSION,
    )
    return {edit.item: f"frame {edit.frame} of {edit.shot}"}


def _character_of(state: GroupState, edit: EditReference) -> Character:
    """Return whom a reference shows: what its record says, or, where it is new, its id."""
    if edit.id in state.references:
        return state.characters[state.references[edit.id].character_id]
    character, mark, number = edit.id.rpartition("-r")
    if not mark or not number.isdecimal():
        found_in(state.references, edit.id, "reference")
    return found_in(state.characters, character, "character")


def _refused(what: str, subject: str) -> InputError:
    return InputError(what, remedy=REMEDY, subject=subject)
