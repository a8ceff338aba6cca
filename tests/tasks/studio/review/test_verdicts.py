"""A verdict file is a stranger's: whatever is wrong with it is said in one clear sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from small_dataset import write_small_dataset

from pegbar.dataset import Dataset
from pegbar.errors import InputError, NotFoundError
from tasks.studio.review.verdicts import MAX_FILE_BYTES, Verdicts, read_all, read_verdicts

STORY = "ab00000000000000-s000"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_small_dataset(tmp_path_factory.mktemp("data"))


def fields(dataset: Dataset, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = {"schema_version": 1, "dataset_digest": dataset.digest, "seed": 0, "questions_version": 1}
    return {**whole, "reviewer": "Ann", "items": list(items), **changes}


def one(**changes: Any) -> dict[str, Any]:
    return {"item_kind": "story", "item_id": STORY, "answers": {"shots": "yes"}, **changes}


def refusal(tmp_path: Path, dataset: Dataset, content: bytes) -> str:
    path = tmp_path / "verdicts.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_verdicts(path, dataset)
    assert caught.value.what.startswith("verdicts.json cannot be used: ")
    assert caught.value.exit_code == 3
    return caught.value.what


def test_a_whole_file_is_read_with_every_script_of_the_world(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    content = fields(dataset, one(comment="שלום 🦊", marked_shot_ids=[f"{STORY}-0001"]), reviewer="Ζωή")
    path.write_text("\ufeff" + json.dumps(content, ensure_ascii=False))
    verdicts = read_verdicts(path, dataset)
    assert (verdicts.reviewer, verdicts.items[0].comment) == ("Ζωή", "שלום 🦊")
    assert Verdicts.from_json(verdicts.to_json()) == verdicts


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dataset_digest": "0" * 64}, "judges dataset 000000000000"),
        ({"questions_version": 9}, "version 9 of the questions"),
        ({"schema_version": 7}, "version 7 cannot be read"),
        ({"schema_version": "1"}, "not a verdict file"),
        ({"seed": 0.5}, "seed"),
        ({"reviewer": ""}, "reviewer"),
        ({"reviewer": "x" * 81}, "reviewer"),
        ({"reviewer": "\ud800"}, "reviewer"),
        ({"reviewer": "Ann\x1b[31m"}, "cannot be printed"),
        ({"mood": "good"}, "mood"),
        ({"items": [one(item_id="nobody")]}, "no story 'nobody'"),
        ({"items": [one(item_kind="reference")]}, "no reference"),
        ({"items": [one(item_kind="film")]}, "item_kind"),
        ({"items": [one(), one()]}, "judged 2 times"),
        ({"items": [one(answers={"shots": "maybe"})]}, "answers.shots"),
        ({"items": [one(answers={"pose": "yes"})]}, "'pose' is not asked of a story"),
        ({"items": [one(marked_shot_ids=["ab00000000000000-s001-0000"])]}, "is not of story"),
        ({"items": [one(comment="x" * 4001)]}, "comment"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], says: str, dataset: Dataset, tmp_path: Path) -> None:
    assert says in refusal(tmp_path, dataset, json.dumps(fields(dataset, **changes)).encode())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON, or cut off"),
        (b"[]", "not a verdict file"),
        (b'{"schema_version": 1, "items": [', "no JSON, or cut off"),
        (b"\xff\xfe{", "codec can't decode"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"schema_version": 1, "answers": {"shots": "yes", "shots": "no"}}', "'shots' is answered twice"),
        (b" " * (MAX_FILE_BYTES + 1), "bytes"),
    ],
    ids=["empty", "list", "truncated", "binary", "deep", "repeated", "huge"],
)
def test_what_is_no_verdict_file_is_refused(content: bytes, says: str, dataset: Dataset, tmp_path: Path) -> None:
    assert says in refusal(tmp_path, dataset, content)


def test_a_missing_file_and_a_second_file_of_one_person_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no verdict file"):
        read_verdicts(tmp_path / "none.json", dataset)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(fields(dataset, one())))
    with pytest.raises(InputError, match=r"b.json cannot be used: 'Ann' gave verdicts in a.json already"):
        read_all([tmp_path / "a.json", tmp_path / "b.json"], dataset)
