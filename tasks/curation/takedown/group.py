"""One group without some of its films: its tables and its shard written anew, from what lies in them."""

import shutil
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.media import EncodeConfig
from pegbar.steps import Facts, Step
from pegbar.versions.tombstones import Tombstone
from tasks.curation.edits.clips import ShardFiles
from tasks.curation.edits.state import GroupState
from tasks.curation.edits.writing import write_group
from tasks.curation.pack import PackedGroup

STEP = Step(name="remove", version=1)


class RemoveConfig(Config):
    """Removing has nothing to choose."""


def without(artifacts: Artifacts, group: PackedGroup, tombstones: Collection[Tombstone]) -> PackedGroup:
    """Take films out of a packed group, or find that done; what stays keeps its bytes and its order.

    The inputs name the group by a digest of its own, so that what is left is not of the lineage of what was removed; by
    the sha256 of the films that stay it is of theirs.

    Raises:
        IntegrityError: the shard lacks a file.
    """
    base = artifacts.fetch(artifacts.load(group.key))
    state = GroupState.read(base)
    drop(state, tombstones)

    def make(folder: Path) -> Facts:
        with TemporaryDirectory(dir=artifacts.scratch) as scratch:
            files = ShardFiles(base / "shard.tar", Path(scratch), state.was)
            write_group(folder, group.group, state, base, files, EncodeConfig())
        return {"num_films": len(state.films), "num_shots": sum(1 for _ in state.shots())}

    inputs = {film_id: film.sha256 for film_id, film in state.films.items()}
    removed = sorted(stone.film_id for stone in tombstones)
    manifest, _ = artifacts.run(STEP, inputs | {"group": digest_of([group.digest, removed])}, RemoveConfig(), make)
    shutil.rmtree(base, ignore_errors=True)
    return group.model_copy(update={"key": manifest.key, "digest": manifest.digest, "num_films": len(state.films)})


def drop(state: GroupState, tombstones: Collection[Tombstone]) -> None:
    """Take every record of the films out of a group."""

    def stays(item_id: str) -> bool:
        return not any(stone.concerns(item_id) for stone in tombstones)

    for name in ("films", "stories", "cuts", "characters", "scenes", "references", "audio_shots"):
        setattr(state, name, {item_id: item for item_id, item in getattr(state, name).items() if stays(item_id)})
    state.decisions = [decision for decision in state.decisions if stays(decision.item_id)]
