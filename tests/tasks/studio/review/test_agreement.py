"""A report by hand: two people over two stories, two references and a character without one."""

import json
from pathlib import Path
from typing import Literal

import pytest
from review_dataset import write_reviewed_dataset

from pegbar.dataset import Dataset
from tasks.curation.edits.reading import read_patch
from tasks.studio.review.agreement import Share, agreement_of, majority
from tasks.studio.review.patch import patch_of
from tasks.studio.review.questions import Answer, ReviewKind
from tasks.studio.review.verdicts import ItemVerdict, Verdicts

TOLD, UNTOLD = "ab00000000000000-s000", "ab00000000000000-s001"
KEPT, REFUSED, ABSENT = f"{TOLD}-c0-r0", f"{TOLD}-c0-r1", f"{TOLD}-c1"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("reviewed")
    return write_reviewed_dataset(folder / "data", folder)


def item(kind: ReviewKind, item_id: str, comment: str = "", **answers: Answer) -> ItemVerdict:
    return ItemVerdict(item_kind=kind, item_id=item_id, answers=dict(answers), comment=comment)


def said(who: Literal["Ann", "Ben"], *items: ItemVerdict) -> Verdicts:
    return Verdicts(dataset_digest="", seed=0, questions_version=1, reviewer=who, items=items)


def test_shares_agreement_and_objections_by_hand(dataset: Dataset) -> None:
    ann = said(
        "Ann",
        item("story", TOLD, shots="yes", overall="yes"),
        item("story", UNTOLD, shots="yes", overall="no"),
        item("reference", KEPT, "blurred", pose="yes", overall="no"),
        item("reference", REFUSED, pose="no", overall="no"),
        item("character", ABSENT, overall="yes"),
    )
    ben = said(
        "Ben",
        item("story", TOLD, shots="no", overall="yes"),
        item("story", UNTOLD, shots="yes", overall="unsure"),
        item("reference", KEPT, overall="no"),
        item("reference", REFUSED, overall="no"),
    )
    report = agreement_of([ann, ben], dataset)
    asked = {(one.item_kind, one.question): one for one in report.questions}

    shots = asked["story", "shots"]
    assert shots.kept == Share(num_yes=0, num_no=0, share=None, low=None, high=None)  # one yes, one no: neither
    assert (shots.left_out.num_yes, shots.left_out.share) == (1, 1.0)
    assert (shots.num_shared, shots.agreement) == (2, 0.5)
    assert shots.kappa == 0.0  # alike on one of two; by chance 1 * 0.5

    overall = asked["story", "overall"]
    assert (overall.num_unsure, overall.num_shared, overall.agreement) == (1, 1, 1.0)
    assert overall.kappa is None

    story, reference = report.machine
    assert (story.kept_yes, story.kept_no, story.left_out_yes, story.left_out_no) == (1, 0, 0, 1)
    assert (story.agreement, story.kappa) == (1.0, 1.0)
    assert (reference.kept_yes, reference.kept_no, reference.left_out_yes, reference.left_out_no) == (0, 1, 1, 1)
    assert reference.agreement == pytest.approx(1 / 3)

    assert [(one.item_id, one.questions) for one in report.objections] == [
        (ABSENT, {"overall": ("Ann",)}),
        (KEPT, {"overall": ("Ann", "Ben")}),
        (TOLD, {"shots": ("Ben",)}),
    ]  # a reference that was refused need not be good
    assert report.objections[1].comments == {"Ann": "blurred"}


def test_one_person_agrees_with_nobody(dataset: Dataset) -> None:
    report = agreement_of([said("Ann", item("story", TOLD, storyline="yes"))], dataset)
    (question,) = report.questions
    assert (question.kept.num_yes, question.agreement, question.kappa, question.alpha) == (1, None, None, None)
    assert question.kept.low == pytest.approx(0.2065, abs=1e-4)  # 1 / (1 + 1.96 ** 2)
    assert report.objections == ()


def test_an_item_counts_as_most_people_say() -> None:
    assert majority(("yes", "no", "yes", "unsure")) == "yes"
    assert majority(("yes", "no")) == majority(("unsure",)) == "unsure"


def test_objections_become_a_patch_that_can_be_read(dataset: Dataset, tmp_path: Path) -> None:
    marked = item("story", TOLD, "second is\x1b late", characters="no", overall="no").model_copy(
        update={"marked_shot_ids": (f"{TOLD}-0001",)}
    )
    report = agreement_of([said("Ann", marked, item("reference", KEPT, overall="no", pose="no"))], dataset)
    patch = patch_of(report, dataset)
    assert patch is not None
    (tmp_path / "patch.json").write_text(json.dumps(patch))
    edits = read_patch(tmp_path / "patch.json").patch.edits
    assert [(edit.edit, edit.id) for edit in edits] == [
        ("drop_reference", KEPT),
        ("story", TOLD),
        ("character", f"{TOLD}-c0"),
        ("character", ABSENT),
        ("shot", f"{TOLD}-0001"),
    ]
    assert edits[1].changes["kept"] is False
    assert edits[1].reason == "Ann: second is late"
    assert patch_of(agreement_of([said("Ann", item("character", ABSENT, overall="yes"))], dataset), dataset) is None
