"""Objections as a patch to start from: what people say no to, as it is now, for a person to correct."""

import unicodedata
from typing import Any

from pegbar.dataset import Dataset
from pegbar.records import Shot
from tasks.curation.edits.example import example_patch
from tasks.curation.edits.kinds import MAX_TEXT
from tasks.studio.review.agreement import Agreement, Objection
from tasks.studio.review.questions import OVERALL

MAX_AUTHOR = 200


def patch_of(report: Agreement, dataset: Dataset) -> dict[str, Any] | None:
    """Return a patch for ``pegbar data edit``, or None where nothing was objected to that a patch can mend.

    A story or a reference that people would not keep is taken out; all else is left as it is, to be corrected or
    removed. A reference that is missing needs a mask, which only a person can draw.
    """
    wanted: dict[str, Objection] = {}
    for objection in report.objections:
        for item_id in _ids(objection, dataset):
            wanted.setdefault(item_id, objection)
    if not wanted:
        return None
    patch = example_patch(dataset, list(wanted))
    edits = [_decided(edit, wanted[edit["id"]]) for edit in patch["edits"]]
    reason = f"people who looked at a sample object ({len(report.objections)} of {report.num_items} items)"
    return {**patch, "author": ", ".join(report.reviewers)[:MAX_AUTHOR], "reason": reason, "edits": edits}


def _ids(objection: Objection, dataset: Dataset) -> list[str]:
    """Return the items whose edits answer an objection."""
    asked, item_id = objection.questions, objection.item_id
    if objection.item_kind == "reference":
        return [item_id] if OVERALL in asked else []
    if objection.item_kind == "character":
        return []
    found = [item_id] if {"storyline", OVERALL} & asked.keys() else []
    if "characters" in asked:
        found += [one.character_id for one in dataset.characters() if one.story_id == item_id]
    return found + [shot.shot_id for shot in dataset.shots() if _is_objected(shot, objection)]


def _is_objected(shot: Shot, objection: Objection) -> bool:
    """Tell whether a shot is marked or, where captions are wrong and none is marked, has one."""
    if objection.marked_shot_ids:
        return shot.shot_id in objection.marked_shot_ids
    return "captions" in objection.questions and shot.story_id == objection.item_id and bool(shot.caption)


def _decided(edit: dict[str, Any], objection: Objection) -> dict[str, Any]:
    said = _printed("; ".join(f"{who}: {comment}" for who, comment in objection.comments.items()))[:MAX_TEXT]
    why = {"reason": said} if said else {}
    if edit["edit"] == "reference":
        return {"edit": "drop_reference", "id": edit["id"], **why}
    if edit["edit"] == "story" and OVERALL in objection.questions:
        return {**edit, "kept": not edit["kept"], **why}
    return {**edit, **why}


def _printed(text: str) -> str:
    """Return a text without control characters, which a patch may not hold."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")
