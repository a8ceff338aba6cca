"""The patches that a workspace accepted: in its `edits` folder, tracked with the version, applied in their order."""

import json
from pathlib import Path

from pydantic import ValidationError

from pegbar.errors import ConfigurationError, IntegrityError
from pegbar.files import write_bytes
from pegbar.versions.commands import Git
from pegbar.workspace import EDITS_FOLDER, Workspace
from tasks.curation.edits.patch import AcceptedPatch

NUMBER_DIGITS, DIGEST_DIGITS = 4, 16


def kept_patches(workspace: Workspace) -> list[AcceptedPatch]:
    """Return every accepted patch, in the order in which they were accepted.

    Raises:
        ConfigurationError: a file is no patch. IntegrityError: one was changed by hand.
    """
    return [_read(path) for path in sorted(workspace.edits.glob("*.json"))]


def kept_path(workspace: Workspace, patch: AcceptedPatch) -> Path | None:
    """Return where a patch is kept, None where it is not."""
    return next(iter(sorted(workspace.edits.glob(f"*-{patch.digest[:DIGEST_DIGITS]}.json"))), None)


def keep_patch(workspace: Workspace, patch: AcceptedPatch) -> Path:
    """Keep a patch after those before it, in one write; a second time does nothing."""
    there = kept_path(workspace, patch)
    if there is not None:
        return there
    numbers = [int(path.name.partition("-")[0]) for path in workspace.edits.glob("*-*.json")]
    number = f"{max(numbers, default=0) + 1:0{NUMBER_DIGITS}d}"
    path = workspace.edits / f"{number}-{patch.digest[:DIGEST_DIGITS]}.json"
    write_bytes(path, patch.to_json())
    return path


def is_versioned(workspace: Workspace, patch: AcceptedPatch) -> bool:
    """Tell whether the current version already has the patch in it."""
    path = kept_path(workspace, patch)
    return path is not None and path not in unversioned(workspace)


def unversioned(workspace: Workspace) -> list[Path]:
    """Return the patches that were accepted by runs which did not live to make their version."""
    listed = Git(workspace.root).run("ls-files", "-z", "--others", "--", EDITS_FOLDER).split("\0")
    staged = Git(workspace.root).run("diff", "-z", "--cached", "--name-only", "--", EDITS_FOLDER).split("\0")
    names = {Path(name).name for name in (*listed, *staged) if name}
    return [path for path in sorted(workspace.edits.glob("*.json")) if path.name in names]


def _read(path: Path) -> AcceptedPatch:
    remedy = f"git checkout {EDITS_FOLDER}/{path.name}"
    try:
        fields = json.loads(path.read_bytes())
        version = fields.pop("schema_version")
        patch = AcceptedPatch.from_version(version, fields)
    except (ValueError, KeyError, AttributeError, TypeError, ValidationError) as error:
        raise ConfigurationError(
            f"{path} is not an accepted patch: {error}", remedy=remedy, subject=path.name
        ) from error
    if not path.stem.endswith(f"-{patch.digest[:DIGEST_DIGITS]}"):
        raise IntegrityError(f"{path} was changed after it was accepted", remedy=remedy, subject=path.name)
    return patch
