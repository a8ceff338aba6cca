"""The dataset without certain films: staged, judged and moved in as a new version, or taken away if nothing is left."""

import shutil
from collections.abc import Iterable, Sequence
from typing import Literal

from expectations.gate import GateReport
from expectations.report import DOCS_FOLDER, QUARANTINE_NAME, REPORT_NAME
from pegbar.artifacts import Artifacts
from pegbar.dataset import CARD_NAME
from pegbar.errors import ConflictError
from pegbar.faults import fault_point
from pegbar.files import disk_errors
from pegbar.records import Record
from pegbar.versions.objects import POINTER
from pegbar.versions.tombstones import Tombstone
from pegbar.workspace import Workspace
from tasks.curation.assemble import STAGING, files_of, move_in
from tasks.curation.edits.adopt import STEP as ADOPT_STEP
from tasks.curation.edits.adopt import AdoptConfig, Adopted, adopt, group_of
from tasks.curation.edits.dataset import stage_edited, staged_report
from tasks.curation.gate import make_version
from tasks.curation.sources.source_film import GROUP_DIGITS
from tasks.curation.takedown.burying import commit, present_digest, present_films
from tasks.curation.takedown.group import without

SHOTS = "tables/shots/"
FUNNEL = "funnel"
NOTHING_LEFT = "no shot of any other film is left"


class Rewritten(Record):
    """What became of the dataset.

    Args:
        outcome: ``versioned``: what is left is the present version; ``emptied``: there is none, `why` says why not;
            ``untouched``: there was nothing to take out.
    """

    outcome: Literal["versioned", "emptied", "untouched"]
    revision: str = ""
    dataset_digest: str = ""
    why: str = ""


def rewrite(artifacts: Artifacts, workspace: Workspace, tombstones: Sequence[Tombstone]) -> Rewritten:
    """Make a version without these films, or find that done.

    A gate that refuses what is left cannot keep a film where it may not be: then there is no version until the next
    curation.

    Raises:
        ConflictError: another run was killed while it moved a dataset in. IntegrityError: the dataset is damaged.
    """
    groups = sorted({stone.film_id[:GROUP_DIGITS] for stone in tombstones})
    base = base_of(artifacts, workspace, tombstones)
    message = f"Took down {', '.join(stone.name or stone.film_id for stone in tombstones)}: {tombstones[0].reason}"
    if not base:
        was_emptied = not (workspace.root / POINTER).is_file() and bool(tombstones[0].taken_from)
        return _emptied(workspace, message, "") if was_emptied else Rewritten(outcome="untouched")
    adopted = adopt(artifacts, workspace.data, base, groups)
    left = Adopted(card=adopted.card, groups=tuple(without(artifacts, one, tombstones) for one in adopted.groups))
    if not _has_shots(artifacts, left):
        return _emptied(workspace, message, NOTHING_LEFT)
    fault_point("remove:rewritten")
    staged = stage_edited(artifacts, workspace, left)
    _clear_gate(workspace)
    report = staged_report(workspace, staged, accepts_drift=True)
    if not report.passed:
        return _emptied(workspace, message, _words(report))
    move_in(workspace, staged)
    fault_point("remove:moved_in")
    revision = make_version(workspace, report, message)
    return Rewritten(outcome="versioned", revision=revision, dataset_digest=staged.card.digest)


def base_of(artifacts: Artifacts, workspace: Workspace, tombstones: Sequence[Tombstone]) -> str:
    """Return the digest of the dataset to take films out of; empty where that is done, or there is none.

    It is the one that lies there if it holds one of them; or the one that lay there before a killed attempt moved
    another in.

    Raises:
        ConflictError: another run was killed while it moved a dataset in.
    """
    gone = {stone.sha256 for stone in tombstones}
    present = present_digest(workspace)
    if any(film.sha256 in gone for film in present_films(workspace)):
        return present
    if present and any(version.dataset_digest == present for version in workspace.versions()[:1]):
        return ""
    before = max(tombstones, key=lambda stone: stone.removed_at).taken_from
    keys = (
        ADOPT_STEP.key({"dataset": before, "group": stone.film_id[:GROUP_DIGITS]}, AdoptConfig())
        for stone in tombstones
    )
    has_pointer = (workspace.root / POINTER).is_file()
    if has_pointer and before and all(artifacts.find(key) is not None for key in keys):
        return before
    check_is_whole(workspace)
    return ""


def check_is_whole(workspace: Workspace) -> None:
    """Let a takedown begin, or not.

    Raises:
        ConflictError: another run was killed while it moved a dataset in: what it left behind is of no version.
    """
    is_there = workspace.data.is_dir() and any(workspace.data.iterdir())
    if is_there and (workspace.root / POINTER).is_file() and not (workspace.data / CARD_NAME).is_file():
        raise ConflictError(
            f"{workspace.data} is not whole: a run was killed while it moved a dataset in",
            remedy="pegbar resume, then the same command again",
            subject=str(workspace.data),
        )


def _has_shots(artifacts: Artifacts, left: Adopted) -> bool:
    changed = {group.group for group in left.groups}
    untouched = (path for path in left.card.files if group_of(path) not in changed)
    paths: Iterable[str] = (*untouched, *files_of(artifacts, left.groups))
    return any(path.startswith(SHOTS) for path in paths)


def _emptied(workspace: Workspace, message: str, why: str) -> Rewritten:
    """Take the dataset and its pointer away: the workspace has no version until the next curation."""
    with disk_errors(workspace.root):
        (workspace.root / POINTER).unlink(missing_ok=True)
        fault_point("remove:pointer")
        shutil.rmtree(workspace.data, ignore_errors=True)
        shutil.rmtree(workspace.root / STAGING, ignore_errors=True)
    _clear_gate(workspace)
    commit(workspace.root, message, POINTER)
    return Rewritten(outcome="emptied", why=why)


def _clear_gate(workspace: Workspace) -> None:
    """Remove what the gate and the funnel said of the dataset before: both show its items."""
    for name in (DOCS_FOLDER, FUNNEL):
        shutil.rmtree(workspace.gate / name, ignore_errors=True)
    for name in (QUARANTINE_NAME, REPORT_NAME):
        (workspace.gate / name).unlink(missing_ok=True)


def _words(report: GateReport) -> str:
    failed = [reason for reason in report.reasons if reason.severity == "critical"]
    return f"the gate refuses what is left: {'; '.join(f'{one.check}: {one.message}' for one in failed)}"
