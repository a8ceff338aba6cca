"""Garbage of a home: what nobody needs any more in its store and its scratch folder, found, told and removed.

Manifests go before their rows in the journal, rows before members: killed anywhere, what is left is whole, and the next
collection goes on.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from pegbar import progress
from pegbar.errors import ConflictError
from pegbar.faults import fault_point
from pegbar.journal import Journal, StepRow
from pegbar.lineage import Lineage
from pegbar.records import Record
from pegbar.space import GC_LEASE
from pegbar.store import Store
from tasks.storage.caches import cache_entries
from tasks.storage.claims import claims_of, workspaces_of
from tasks.storage.keeping import DAY_SECONDS, Claims, KeepConfig, KeepReason, Model, kept_artifacts, needed_members
from tasks.storage.scratch import ScratchEntry, remove_entry, scratch_entries

LEASE_SECONDS = 60.0
ItemT = TypeVar("ItemT")
GarbageKind = Literal["artifact", "member", "journal", "scratch", "cache"]


class GarbageConfig(KeepConfig):
    """What stays, and what may be somebody's work of this moment.

    Args:
        grace_seconds: a member without a manifest goes when it is older than that, and so does an unfinished upload.
        busy_seconds: what was written in scratch more recently may be in use by a command that is no run.
    """

    grace_seconds: float = Field(default=DAY_SECONDS, ge=0)
    busy_seconds: float = Field(default=3600.0, ge=0)


class Removed(Record):
    """Garbage of one kind, step and owner.

    Args:
        step: the step that made it; of scratch the folder; nothing where no manifest ever named it.
        size_bytes: of an artifact, of the members that go with it and that no other one counts.
    """

    kind: GarbageKind
    step: str
    workspace: str
    owner: str
    count: int
    size_bytes: int


class Kept(Record):
    """What stays for one reason; a member that two reasons keep counts for the first."""

    reason: KeepReason
    count: int
    size_bytes: int


class GarbageReport(Record):
    """What was removed, or would be; and what stays.

    Args:
        num_young: members without a manifest that may be just being written.
        num_uploads: unfinished uploads that were dropped; what they are is not known before.
    """

    is_dry_run: bool
    removed: tuple[Removed, ...]
    kept: tuple[Kept, ...]
    num_young: int
    num_uploads: int = 0

    @property
    def size_bytes(self) -> int:
        """Return what is, or would be, gained."""
        return sum(removed.size_bytes for removed in self.removed)


@dataclass(frozen=True)
class Garbage:
    """What goes: manifests and rows by key, members by digest, entries of scratch and caches; and the report on it."""

    manifests: Sequence[str]
    rows: Sequence[str]
    members: Sequence[str]
    scratch: Sequence[ScratchEntry]
    caches: Sequence[ScratchEntry]
    report: GarbageReport


def find_garbage(
    store: Store, journal: Journal, scratch: Path, models: Sequence[Model], config: GarbageConfig
) -> Garbage:
    """Look at everything and remove nothing."""
    lineage = Lineage.of(store)
    claims = claims_of(journal, lineage, models, config)
    kept = kept_artifacts(lineage, claims, config)
    going = [key for key in lineage.manifests if key not in kept]
    stale = [key for key in claims.rows if key not in lineage.manifests]
    listed = {member.sha256: member for member in store.list_members()}
    unneeded = [listed[sha256] for sha256 in listed.keys() - needed_members(lineage.manifests, kept)]
    named = needed_members(lineage.manifests, going)  # whatever is written now will have another manifest
    members = {
        member.sha256: member.size_bytes
        for member in unneeded
        if member.sha256 in named or member.age_seconds >= config.grace_seconds
    }
    entries = [
        entry
        for entry in scratch_entries(scratch, _unfinished(journal, claims, config))
        if time.time() - entry.changed_at >= config.busy_seconds
    ]
    caches = list(cache_entries(workspaces_of(claims.runs), config.keep_versions))
    report = GarbageReport(
        is_dry_run=True,
        removed=_told(lineage, claims, going, stale, members, entries, caches),
        kept=_kept(lineage, kept, {sha256: member.size_bytes for sha256, member in listed.items()}),
        num_young=len(unneeded) - len(members),
    )
    return Garbage(going, stale, sorted(members), entries, caches, report)


def collect_garbage(
    store: Store, journal: Journal, scratch: Path, models: Sequence[Model], config: GarbageConfig
) -> GarbageReport:
    """Remove what nobody needs; no run may be under way, and none begins meanwhile.

    Raises:
        ConflictError: a run is alive, or somebody else collects.
        StorageError: the store or the disk failed; what is left is whole, and the next collection goes on.
    """
    with journal.leased(GC_LEASE, f"gc-{uuid.uuid4().hex[:8]}", LEASE_SECONDS):
        _refuse_while_running(journal)
        garbage = find_garbage(store, journal, scratch, models, config)
        _remove(store, journal, garbage)
        dropped = store.abort_stale_uploads(config.grace_seconds)
    return garbage.report.model_copy(update={"is_dry_run": False, "num_uploads": dropped})


def _refuse_while_running(journal: Journal) -> None:
    journal.reap()
    alive = journal.unfinished_runs()
    if alive:
        run = alive[0]
        raise ConflictError(
            f"run {run.run_id} ({run.flow}) is at work: process {run.pid} on {run.host}",
            remedy="wait for it (pegbar status), or look at what would go: pegbar gc --dry-run",
            subject=run.run_id,
        )


def _remove(store: Store, journal: Journal, garbage: Garbage) -> None:
    for key in _counted("remove artifacts", garbage.manifests):
        store.delete_manifest(key)
        fault_point("gc:after_manifest")
    journal.forget_steps([*garbage.manifests, *garbage.rows])
    fault_point("gc:before_members")
    for sha256 in _counted("remove members", garbage.members):
        store.delete_member(sha256)
        fault_point("gc:after_member")
    for entry in _counted("remove scratch", [*garbage.scratch, *garbage.caches]):
        remove_entry(entry)


def _counted(label: str, items: Sequence[ItemT]) -> Iterator[ItemT]:
    for number, item in enumerate(items, 1):
        yield item
        progress.report(label, number, len(items))


def _unfinished(journal: Journal, claims: Claims, config: GarbageConfig) -> set[str]:
    """Return the keys of steps that were begun lately and are not done."""
    since = claims.now - config.keep_days * DAY_SECONDS
    return {attempt.key for attempt in journal.attempts() if attempt.started_at > since} - set(claims.rows)


def _told(
    lineage: Lineage,
    claims: Claims,
    going: Sequence[str],
    stale: Sequence[str],
    members: Mapping[str, int],
    entries: Sequence[ScratchEntry],
    caches: Sequence[ScratchEntry],
) -> tuple[Removed, ...]:
    counts: dict[tuple[GarbageKind, str, str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(kind: GarbageKind, step: str, row: StepRow | None, size_bytes: int, workspace: str = "") -> None:
        place = counts[kind, step, row.workspace if row else workspace, row.owner if row else ""]
        place[0] += 1
        place[1] += size_bytes

    sizes = dict(members)
    for key in going:
        manifest = lineage.manifests[key]
        own = {output.sha256 for output in manifest.outputs} & sizes.keys()
        add("artifact", manifest.step, claims.rows.get(key), sum(sizes.pop(sha256) for sha256 in own))
    films = {value: key for key in going for value in lineage.manifests[key].inputs.values()}
    for sha256, size_bytes in sizes.items():
        maker = films.get(sha256)
        add("member", "film or script" if maker else "", claims.rows.get(maker or ""), size_bytes)
    for key in stale:
        add("journal", claims.rows[key].step, claims.rows[key], 0)
    for entry in entries:
        add("scratch", entry.kind, None, entry.size_bytes)
    for entry in caches:
        add("cache", "dvc", None, entry.size_bytes, entry.kind)
    return tuple(
        Removed(kind=kind, step=step, workspace=workspace, owner=owner, count=count, size_bytes=size_bytes)
        for (kind, step, workspace, owner), (count, size_bytes) in sorted(counts.items())
    )


def _kept(lineage: Lineage, kept: Mapping[str, KeepReason], sizes: dict[str, int]) -> tuple[Kept, ...]:
    counts: dict[KeepReason, list[int]] = defaultdict(lambda: [0, 0])
    for key, reason in kept.items():
        members = needed_members(lineage.manifests, [key]) & sizes.keys()
        counts[reason][0] += 1
        counts[reason][1] += sum(sizes.pop(sha256) for sha256 in members)
    return tuple(Kept(reason=reason, count=count, size_bytes=size) for reason, (count, size) in counts.items())
