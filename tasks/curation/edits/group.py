"""One group edited: its tables and its shard written anew, from what lies in them. The films are not needed."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pegbar.artifacts import Artifacts
from pegbar.digests import digest_of
from pegbar.steps import Facts, Step
from tasks.curation.edits.apply import apply_edits
from tasks.curation.edits.clips import ShardFiles
from tasks.curation.edits.config import EditConfig
from tasks.curation.edits.patch import SignedEdit
from tasks.curation.edits.state import GroupState
from tasks.curation.edits.writing import write_group
from tasks.curation.pack import PackedGroup

STEP = Step(name="edit", version=1)
REFUSED = "refused"


def no_group(name: str) -> PackedGroup:
    """Return a group without anything in it: what edits of films that are gone are applied to."""
    return PackedGroup(group=name, key="", digest="", num_films=0, num_retryable=0, num_refused=0)


def edit_group(
    artifacts: Artifacts, group: PackedGroup, edits: Sequence[SignedEdit], config: EditConfig
) -> tuple[PackedGroup, tuple[str, ...]]:
    """Apply edits to a packed group, or find that done; return the new group and what is wrong with some edits.

    An edit that cannot be applied is a decision of the group, and changes nothing else. Equal groups and edits give
    equal bytes.

    Raises:
        MediaError: a clip that is to be cut anew does not decode. IntegrityError: the shard lacks a file.
    """

    def make(folder: Path) -> Facts:
        base = artifacts.fetch(artifacts.load(group.key)) if group.key else folder / "nothing"
        state = GroupState.read(base)
        with TemporaryDirectory(dir=artifacts.scratch) as scratch:
            files = ShardFiles(base / "shard.tar", Path(scratch), state.was)
            refused = apply_edits(state, edits, files, config)
            write_group(folder, group.group, state, base, files, config.encode)
        if group.key:
            shutil.rmtree(base, ignore_errors=True)  # the store has it
        return {"num_edits": len(edits), REFUSED: list(refused)}

    inputs = {"group": group.digest, "name": group.group, "edits": digest_of(list(edits))}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    told = manifest.facts[REFUSED]
    edited = group.model_copy(update={"key": manifest.key, "digest": manifest.digest})
    return edited, tuple(str(one) for one in told) if isinstance(told, list) else ()
