"""Keys of AnimeShooter's JSON: two spellings of the same name, the order they came in, and what no record holds."""

import json
from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from models.annotators.script_values import Fields, plain_key
from pegbar.records import Record

Spelling = Literal["spaces", "underscores"]
FoundSpelling = Literal["spaces", "underscores", "mixed", "neither"]

# as the paper spells them (appendix A), where that is not lower case with spaces
CANONICAL = {"video id": "video ID", "id": "ID", "is prologue or epilogue": "is_prologue_or_epilogue"}
# keys whose spelling tells: `is_prologue_or_epilogue` has underscores in both
TELLING = frozenset(
    {
        "video id", "start frame index", "end frame index", "reference images", "story script", "main characters",
        "main scenes", "start time", "end time", "visual annotation", "narrative caption", "descriptive caption",
        "audio annotation", "sound description", "visual context",
    }
)  # fmt: skip


class ObjectForm(Record):
    """How one JSON object was told.

    Args:
        keys: as spelled, in order.
        extra: by key as spelled, what no record holds: unknown keys, and values of known ones that the records would
            give back otherwise (``null`` for an empty list, ``0:05`` for ``00:05``).

    Values are JSON text, for a record's own JSON sorts the keys of what is in it.
    """

    keys: tuple[str, ...]
    extra: dict[str, str] = {}


def spelled_key(key: str, spelling: Spelling) -> str:
    """Return a known key as `spelling` has it."""
    plain = plain_key(key)
    canonical = CANONICAL.get(plain, plain)
    return canonical if spelling == "spaces" else canonical.replace(" ", "_")


def plain_fields(told: Mapping[str, JsonValue]) -> Fields:
    """Return an object's values by plain key."""
    return {plain_key(key): value for key, value in told.items()}


def form_of(told: Mapping[str, JsonValue], values: Mapping[str, JsonValue]) -> ObjectForm:
    """Return how an object was told, given what the records give back for its plain keys."""
    extra = {
        key: json_text(value)
        for key, value in told.items()
        if plain_key(key) not in values or not is_same(values[plain_key(key)], value)
    }
    return ObjectForm(keys=tuple(told), extra=extra)


def told_again(
    form: ObjectForm,
    values: Mapping[str, JsonValue],
    spelling: Spelling | None,
    fresh: frozenset[str] = frozenset(),
) -> Fields:
    """Return the object as it was told.

    Args:
        values: what the records say, by plain key.
        spelling: of the known keys; None leaves each as it was.
        fresh: plain keys that follow the records whatever was told.
    """
    again: Fields = {}
    for key in form.keys:
        plain = plain_key(key)
        name = spelled_key(key, spelling) if spelling and plain in values else key
        is_kept = key in form.extra and not (plain in fresh and plain in values)
        again[name] = json.loads(form.extra[key]) if is_kept else values[plain]
    return again


def is_same(one: JsonValue, other: JsonValue) -> bool:
    """Tell whether two JSON values are the same text: ``1`` is neither ``1.0`` nor ``true``, and order counts."""
    return json_text(one) == json_text(other)


def json_text(value: JsonValue) -> str:
    """Return a value as compact JSON, its keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spelling_of(value: JsonValue) -> FoundSpelling:
    """Return how the known keys of a whole file are spelled."""
    found: set[Spelling] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for key in item:
                if plain_key(key) in TELLING:
                    found.add("underscores" if "_" in key else "spaces")
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    if len(found) == 2:
        return "mixed"
    return found.pop() if found else "neither"
