"""JSON that somebody wrote, read strictly: every complaint names the file, the place and the next command."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from models.annotators.script_times import seconds_of
from pegbar.errors import ScriptError

MAX_SCRIPT_BYTES = 8 << 20
MAX_NAME_LENGTH = 200
# Letters and marks that show nothing; other invisible characters (controls, joiners, turns of direction) are not
# printable to Python.
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
Fields = dict[str, JsonValue]


class ValueReader:
    """Reads the values of one script; `name` is what complaints call it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def wrong(self, place: str, what: str) -> ScriptError:
        """Return the error for a place ("shot 3") of this script."""
        where = f"{self._name}: {place} {what}" if place else f"{self._name} {what}"
        remedy = f"correct {place or 'the file'} in {self._name}, then run: pegbar curate SOURCE"
        return ScriptError(where, remedy=remedy, subject=self._name)

    def load(self, path: Path) -> JsonValue:
        """Return a file's JSON.

        Raises:
            ScriptError: too large, not UTF-8, not JSON, too deep, a key twice in one object, or NaN.
        """
        if path.stat().st_size > MAX_SCRIPT_BYTES:
            raise self.wrong("", f"is over {MAX_SCRIPT_BYTES >> 20} MB, which no script is")
        try:
            text = path.read_text(encoding="utf-8-sig")
            value: JsonValue = json.loads(text, object_pairs_hook=self._no_key_twice, parse_constant=self._no_constant)
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # escapes can smuggle both in
        except UnicodeError as error:
            raise self.wrong("", "is not UTF-8 text") from error
        except RecursionError as error:
            raise self.wrong("", "is nested too deeply") from error
        except ScriptError:
            raise
        except ValueError as error:
            raise self.wrong("", f"is not JSON: {error}") from error
        return value

    def _no_key_twice(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({plain_key(key) for key, _ in pairs}) < len(pairs):
            names = [plain_key(key) for key, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise self.wrong("", f"gives {twice!r} twice in one object")
        return dict(pairs)

    def _no_constant(self, name: str) -> float:
        raise self.wrong("", f"holds {name}, which is not a value")

    def fields(self, value: JsonValue, where: str) -> Fields:
        """Return an object with its keys in one spelling."""
        if not isinstance(value, dict):
            raise self.wrong(where, "is not an object of keys and values")
        return {plain_key(key): item for key, item in value.items()}

    def items(self, value: JsonValue, where: str) -> list[JsonValue]:
        """Return a list."""
        if not isinstance(value, list):
            raise self.wrong(where, "is not a list")
        return value

    def needed(self, fields: Fields, key: str, where: str) -> JsonValue:
        """Return a value that must be there."""
        if fields.get(key) is None:
            raise self.wrong(where, f"lacks {key!r}")
        return fields[key]

    def text(self, fields: Fields, key: str, where: str) -> str:
        """Return words; empty ones are refused."""
        value = self.needed(fields, key, where)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(where, f"has an empty {key}")
        return value.strip()

    def name(self, fields: Fields, key: str, where: str) -> str:
        """Return an ID, composed (NFC), so that one look is one name; what cannot be shown is refused."""
        name = composed(self.text(fields, key, where))
        if len(name) > MAX_NAME_LENGTH or not name.isprintable() or BLANK_LETTERS & set(name):
            raise self.wrong(where, "has an ID that cannot be shown")
        return name

    def time(self, fields: Fields, key: str, where: str) -> tuple[float, bool]:
        """Return seconds and whether they are whole."""
        value = self.needed(fields, key, where)
        found = seconds_of(value) if isinstance(value, str) else None
        if found is None:
            raise self.wrong(where, f"has {key} {value!r}; MM:SS or MM:SS.mmm is meant")
        return found


def composed(name: str) -> str:
    """Return a name in Unicode's composed form (NFC), without space around it."""
    return unicodedata.normalize("NFC", name).strip()


def plain_key(key: str) -> str:
    """Return a key in one spelling: lower case, spaces, no question mark."""
    return " ".join(key.replace("_", " ").lower().rstrip("?").split())
