"""A person's verdicts as a file: written by the review page, read back strictly."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, StrictInt, field_validator

from pegbar.dataset import Dataset
from pegbar.errors import ConfigurationError, InputError, NotFoundError
from pegbar.records import Record
from tasks.studio.review.questions import QUESTIONS, VERSION, Answer, ReviewKind
from tasks.studio.review.sample import review_items

MAX_FILE_BYTES = 16 << 20
MAX_COMMENT, MAX_NAME = 4000, 80


class ItemVerdict(Record):
    """What one person says of one item; `marked_shot_ids` are the shots of a story where something is wrong."""

    item_kind: ReviewKind
    item_id: str
    answers: dict[str, Answer] = {}
    marked_shot_ids: tuple[str, ...] = ()
    comment: str = Field(default="", max_length=MAX_COMMENT)


class Verdicts(Record):
    """Everything one person said of one draw from one dataset version."""

    dataset_digest: str
    seed: StrictInt
    questions_version: StrictInt
    reviewer: str = Field(min_length=1, max_length=MAX_NAME)
    items: tuple[ItemVerdict, ...]

    @field_validator("reviewer")
    @classmethod
    def _printable(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("holds characters that cannot be printed")
        return name


def read_verdicts(path: Path, dataset: Dataset) -> Verdicts:
    """Read a verdict file given on this dataset version.

    Raises:
        NotFoundError: there is no such file.
        InputError: it is too large, is no verdict file, was given on another version or other questions, answers
            twice, or names something that is not in the dataset.
    """
    verdicts = _parsed(path)
    problem = _problem(verdicts, dataset)
    if problem:
        raise _refused(path, problem)
    return verdicts


def read_all(paths: Sequence[Path], dataset: Dataset) -> list[Verdicts]:
    """Read one file per reviewer.

    Raises:
        InputError: see `read_verdicts`; or one reviewer's verdicts come twice.
    """
    found: dict[str, Path] = {}
    verdicts = []
    for path in paths:
        one = read_verdicts(path, dataset)
        if one.reviewer in found:
            raise _refused(path, f"{one.reviewer!r} gave verdicts in {found[one.reviewer].name} already")
        found[one.reviewer] = path
        verdicts.append(one)
    return verdicts


def _parsed(path: Path) -> Verdicts:
    if not path.is_file():
        raise NotFoundError(f"no verdict file {path}", remedy="pegbar data review writes the page that saves one")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise _refused(path, f"it has {size:,} bytes, {MAX_FILE_BYTES:,} are allowed")
    try:
        fields = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_without_repeats)
        if not isinstance(fields, dict) or type(fields.get("schema_version")) is not int:
            raise ValueError("it is not a verdict file")
        return Verdicts.from_version(fields.pop("schema_version"), fields)
    except ConfigurationError as error:
        raise _refused(path, error.what) from error
    except RecursionError as error:
        raise _refused(path, "it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise _refused(path, f"it is no JSON, or cut off: {error}") from error
    except ValueError as error:
        raise _refused(path, f"{error}") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that comes twice, which JSON's own reader would let win silently."""
    repeated = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated[0]!r} is answered twice in one place")
    return dict(pairs)


def _problem(verdicts: Verdicts, dataset: Dataset) -> str:
    """Return the first thing that is wrong with verdicts that fit the form; nothing if all is well."""
    if verdicts.dataset_digest != dataset.digest:
        return f"it judges dataset {verdicts.dataset_digest[:12]}, and this is {dataset.digest[:12]}"
    if verdicts.questions_version != VERSION:
        return f"it answers version {verdicts.questions_version} of the questions, and this is version {VERSION}"
    repeated = Counter((item.item_kind, item.item_id) for item in verdicts.items).most_common(1)
    if repeated and repeated[0][1] > 1:
        kind, item_id = repeated[0][0]
        return f"{kind} {item_id!r} is judged {repeated[0][1]} times"
    table = dataset.table("shots")
    shots = dict(zip(table["shot_id"].to_pylist(), table["story_id"].to_pylist(), strict=True))
    known = {(item.item_kind, item.item_id) for item in review_items(dataset)}
    return next((problem for item in verdicts.items if (problem := _wrong(item, known, shots))), "")


def _wrong(item: ItemVerdict, known: set[tuple[ReviewKind, str]], shots: dict[str, str]) -> str:
    if (item.item_kind, item.item_id) not in known:
        return f"the dataset has no {item.item_kind} {item.item_id!r} to judge"
    asked = {question.key for question in QUESTIONS[item.item_kind]}
    for key in item.answers:
        if key not in asked:
            return f"{key!r} is not asked of a {item.item_kind} ({item.item_id!r})"
    for shot_id in item.marked_shot_ids:
        if item.item_kind != "story" or shots.get(shot_id) != item.item_id:
            return f"shot {shot_id!r} is not of {item.item_kind} {item.item_id!r}"
    return ""


def _refused(path: Path, why: str) -> InputError:
    return InputError(
        f"{path.name} cannot be used: {why}",
        remedy="save it again from the review page of this dataset version (pegbar data review)",
        subject=str(path),
    )
