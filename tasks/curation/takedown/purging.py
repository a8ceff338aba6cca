"""Every byte of certain films removed: from DVC's cache and remotes, the store, scratch, and kept replies."""

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from models.clients.replies import Replies
from pegbar import progress
from pegbar.artifacts import Artifacts
from pegbar.digests import digest_file
from pegbar.errors import NotFoundError
from pegbar.faults import fault_point
from pegbar.files import disk_errors
from pegbar.lineage import Lineage
from pegbar.records import Record
from pegbar.store import Store
from pegbar.versions.objects import DEFAULT_CACHE, remove_objects
from pegbar.versions.tombstones import Tombstone
from tasks.curation.takedown.condemned import Condemned, condemned_of
from tasks.curation.takedown.history import PastVersion, objects_with
from tasks.storage.scratch import remove_entry, scratch_entries

ALL_RUNS = 1_000_000
GENERATE, STORY = "generate", "story.json"


class Purged(Record):
    """What was removed.

    Args:
        objects: place (DVC's cache, a remote) -> how many objects.
        num_members, num_bytes: of the store; `num_orphans` of those were of no artifact, left by killed steps.
        busy: runs at work meanwhile: what killed steps left without a name stays until none is.
    """

    objects: dict[str, int] = {}
    num_artifacts: int = 0
    num_members: int = 0
    num_orphans: int = 0
    num_replies: int = 0
    busy: tuple[str, ...] = ()


def purge_objects(
    root: Path, versions: Sequence[PastVersion], tombstones: Sequence[Tombstone], condemned: Condemned
) -> dict[str, int]:
    """Remove the objects of films from DVC's cache and every remote; return place -> how many were there.

    Objects that a killed run added, and that no version names, are known by the bytes of the store's members.

    Raises:
        StorageError: a remote cannot be reached or refuses.
    """
    named = {name for version in versions for name in version.objects.values()}
    members = set(condemned.members)
    strays = {name for name, path in _cached(root) if name not in named and digest_file(path) in members}
    wanted = objects_with(versions, tombstones) | strays
    removed = remove_objects(root, wanted) if wanted else {}
    fault_point("remove:objects")
    return removed


def purge_store(artifacts: Artifacts, condemned: Condemned, lineage: Lineage) -> None:
    """Remove artifacts of films with their members, their rows in the journal and what scratch has of them.

    Members go before manifests, manifests before what they were made from: killed anywhere, the next attempt finds what
    is left.
    """
    for number, sha256 in enumerate(condemned.members):
        artifacts.store.delete_member(sha256)
        artifacts.known.forget(sha256)
        progress.report("remove members", number + 1, len(condemned.members))
    fault_point("remove:members")
    for number, key in enumerate(condemned.keys):
        for folder in ("work", "checkpoints"):
            shutil.rmtree(artifacts.scratch / folder / key, ignore_errors=True)
        shutil.rmtree(artifacts.scratch / "fetched" / lineage.manifests[key].digest, ignore_errors=True)
        artifacts.store.delete_manifest(key)
        artifacts.journal.forget_step(key)
        progress.report("remove artifacts", number + 1, len(condemned.keys))
    fault_point("remove:manifests")


def others_at_work(artifacts: Artifacts) -> tuple[str, ...]:
    """Return the runs of the journal that are at work now, but for this one."""
    return tuple(run.run_id for run in artifacts.journal.unfinished_runs() if run.run_id != artifacts.run_id)


def purge_leftovers(artifacts: Artifacts) -> int:
    """Remove what killed steps left without a name, in the store and in scratch; return how many members.

    No other run may be at work: nobody could tell its members and files from these.
    """
    lineage = Lineage.of(artifacts.store)
    used = {
        sha256
        for manifest in lineage.manifests.values()
        for sha256 in (*manifest.inputs.values(), *(output.sha256 for output in manifest.outputs))
    }
    orphans = [member.sha256 for member in artifacts.store.list_members() if member.sha256 not in used]
    for sha256 in orphans:
        artifacts.store.delete_member(sha256)
    artifacts.store.abort_stale_uploads(older_than_seconds=0)
    unfinished = {path.name for path in _checkpoints(artifacts)}
    for entry in scratch_entries(artifacts.scratch, unfinished):
        remove_entry(entry)
    fault_point("remove:leftovers")
    return len(orphans)


def purge_replies(folder: Path, tombstones: Collection[Tombstone]) -> int:
    """Remove what language models answered about films, and what does not say about which; return how many."""
    asked = Replies(folder).asked_for(lambda film: not film or any(stone.concerns(film) for stone in tombstones))
    for path in asked:
        with disk_errors(path):
            path.unlink(missing_ok=True)
    return len(asked)


def purge_cache(root: Path) -> None:
    """Empty a cache of members: it names clips and pictures by digests that the tables no longer tell."""
    with disk_errors(root):
        for path in root.glob("??/*"):
            path.unlink(missing_ok=True)


def found_condemned(artifacts: Artifacts, tombstones: Collection[Tombstone]) -> tuple[Condemned, Lineage]:
    """Return what of the store goes, and the artifacts it was found among."""
    lineage = Lineage.of(artifacts.store)
    return condemned_of(lineage, tombstones, set(_told(artifacts.store, lineage, tombstones))), lineage


def _told(store: Store, lineage: Lineage, tombstones: Collection[Tombstone]) -> Iterator[str]:
    """Yield the generated stories that were asked for out of a film: the key of one names its request by a digest."""
    for key, one in lineage.manifests.items():
        for output in one.outputs if one.step == GENERATE else ():
            if output.path == STORY:
                try:
                    story = json.loads(store.read_range(output.sha256, 0, output.size_bytes))
                except NotFoundError:  # removed by an attempt that was killed before it removed the rest
                    story = {"origin": next(iter(tombstones)).film_id}
                if any(stone.concerns(str(story.get("origin"))) for stone in tombstones):
                    yield key


def _cached(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((root / DEFAULT_CACHE).glob("??/*")):
        yield path.parent.name + path.name, path


def _checkpoints(artifacts: Artifacts) -> Iterator[Path]:
    folder = artifacts.scratch / "checkpoints"
    return folder.iterdir() if folder.is_dir() else iter(())
