"""Edits applied to a group in their order: each ends as a decision, done or not."""

from collections import defaultdict
from collections.abc import Sequence

from pegbar.errors import InputError, NotFoundError
from pegbar.records import Decision, ItemKind
from tasks.curation.edits.audio import follow_shots
from tasks.curation.edits.clips import ShardFiles
from tasks.curation.edits.config import EditConfig
from tasks.curation.edits.cuts import edit_cuts
from tasks.curation.edits.kinds import DropReference, EditReference, MergeShots, MoveBoundary, SplitShot
from tasks.curation.edits.patch import SignedEdit
from tasks.curation.edits.references import BACKEND, BACKEND_VERSION, cut_reference, drop_reference
from tasks.curation.edits.state import GroupState
from tasks.curation.edits.words import Done, edit_words

GATE = "edit"


def apply_edits(
    state: GroupState, edits: Sequence[SignedEdit], files: ShardFiles, config: EditConfig
) -> tuple[str, ...]:
    """Change the group by every edit that can be applied; return what is wrong with each of the others.

    Every edit leaves a decision of the gate "edit" on what it touched: kept or rejected as the item now is, with who
    and why, and why not where it could not be applied.
    """
    refusals: list[str] = []
    words: dict[tuple[ItemKind, str], list[str]] = defaultdict(list)
    for signed in edits:
        done, problem = _apply(state, signed, files, config)
        if problem:
            refusals.append(f"edit {signed.number} ({signed.edit.edit} {signed.edit.id}): {problem}")
            done = {signed.edit.item: f"not applied: {problem}"}
        for item, what in done.items():
            words[item].append(f"{signed.why} ({what})")
    _decide(state, words)
    return tuple(refusals)


def _apply(state: GroupState, signed: SignedEdit, files: ShardFiles, config: EditConfig) -> tuple[Done, str]:
    """Return what an edit did, or why it did nothing."""
    before = {story_id: list(cuts) for story_id, cuts in state.cuts.items()} if state.audio_shots else {}
    try:
        done = _done(state, signed, files, config)
    except (InputError, NotFoundError) as error:
        return {}, error.what
    return {**done, **follow_shots(state, before)}, "" if done else "it changes nothing"


def _done(state: GroupState, signed: SignedEdit, files: ShardFiles, config: EditConfig) -> Done:
    match signed.edit:
        case MergeShots() | SplitShot() | MoveBoundary() as edit:
            return edit_cuts(state, edit, config.segment.seconds)
        case EditReference() as edit:
            return cut_reference(state, edit, signed.mask or "", files, config)
        case DropReference() as edit:
            return drop_reference(state, edit)
        case edit:
            return edit_words(state, edit, config.segment.seconds)


def _decide(state: GroupState, words: dict[tuple[ItemKind, str], list[str]]) -> None:
    """Add what was said to each item's decision: one gate has one last word, and it tells of every edit."""
    others = []
    for decision in state.decisions:
        item = (decision.item_kind, decision.item_id)
        if decision.gate == GATE and item in words:
            words[item].insert(0, decision.reason)
        else:
            others.append(decision)
    state.decisions = others + [
        Decision(
            item_id=item_id,
            item_kind=kind,
            gate=GATE,
            outcome="kept" if state.is_kept(kind, item_id) else "rejected",
            reason="; ".join(said),
            backend=BACKEND,
            version=BACKEND_VERSION,
        )
        for (kind, item_id), said in words.items()
    ]
