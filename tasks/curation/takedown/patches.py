"""People's corrections without those of certain films: what is left of a patch stays in its place."""

from collections.abc import Collection

from pegbar.files import write_bytes
from pegbar.versions.tombstones import Tombstone
from pegbar.workspace import EDITS_FOLDER, Workspace
from tasks.curation.edits.kept import DIGEST_DIGITS, kept_patches, kept_path
from tasks.curation.edits.kinds import EditReference
from tasks.curation.edits.patch import AcceptedPatch
from tasks.curation.takedown.burying import commit


def drop_edits(workspace: Workspace, tombstones: Collection[Tombstone]) -> int:
    """Take the edits of films out of the workspace's patches, commit that, and return how many patches changed.

    What people wrote stays in the history of the workspace's git, which other clones share.
    """
    changed = 0
    for patch in kept_patches(workspace):
        path = kept_path(workspace, patch)
        left = left_of(patch, tombstones)
        if path is None or left == patch:
            continue
        changed += 1
        if left is not None:
            number = path.name.partition("-")[0]
            write_bytes(path.with_name(f"{number}-{left.digest[:DIGEST_DIGITS]}.json"), left.to_json())
        path.unlink()
    if workspace.edits.is_dir() and not any(workspace.edits.iterdir()):
        workspace.edits.rmdir()
    commit(workspace.root, f"Edits of {', '.join(stone.film_id for stone in tombstones)} taken out", EDITS_FOLDER)
    return changed


def left_of(patch: AcceptedPatch, tombstones: Collection[Tombstone]) -> AcceptedPatch | None:
    """Return a patch without the edits of films, its masks only those still named; None where no edit is left."""
    edits = tuple(edit for edit in patch.patch.edits if not any(stone.concerns(edit.id) for stone in tombstones))
    if not edits:
        return None
    named = {edit.mask for edit in edits if isinstance(edit, EditReference)}
    masks = {name: mask for name, mask in patch.masks.items() if name in named}
    return AcceptedPatch(patch=patch.patch.model_copy(update={"edits": edits}), masks=masks)
