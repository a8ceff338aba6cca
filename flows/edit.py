"""A person's corrections into a gated version of the dataset."""

from pathlib import Path

from prefect import flow

from pegbar.config import Config
from pegbar.records import Record
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.edits.dataset import accept_edited, edit_groups, gate_edited, stage_edited_groups
from tasks.curation.edits.kept import is_versioned
from tasks.curation.edits.reading import read_patch
from tasks.curation.gate import version_dataset


class Request(Config):
    """Which patch: its file, and the digest of what it said (masks included) when it was handed in."""

    patch: Path
    digest: str
    accept_drift: bool = False


class EditedDataset(Record):
    """The version that has the patch in it; `is_new` is false where one had it already."""

    dataset_digest: str
    revision: str
    num_edits: int
    is_new: bool


@flow(name="edit")
def edit(context: RunContext, request: Request) -> EditedDataset:
    """Edit the groups concerned, lay the dataset out beside the present one, gate it, accept it, and version."""
    patch = read_patch(request.patch, request.digest)
    workspace = Workspace.open(context.workspace)
    is_new = not is_versioned(workspace, patch)
    if is_new:
        edited = edit_groups(context, patch)
        staged = stage_edited_groups(context, edited)
        report = gate_edited(context, staged, request.accept_drift)
        accept_edited(context, patch, staged)
        version_dataset(context, report, patch.title)
    (current, *_) = workspace.versions()
    return EditedDataset(
        dataset_digest=current.dataset_digest or workspace.dataset().digest,
        revision=current.revision,
        num_edits=len(patch.patch.edits),
        is_new=is_new,
    )
