"""The AnimeShooter script form, read strictly: which file, which shot, what is wrong.

Keys come with spaces (the paper, appendix A) or underscores (its release); times as MM:SS or MM:SS.mmm. A script tells
one story (`storyline`, `main characters`, `main scenes`, `shots`) or a film's `segments`, each with a `story script`.
Unknown keys are kept in `extra`.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from pegbar.errors import ScriptError
from pegbar.records import Record

MAX_SCRIPT_BYTES = 8 << 20
MAX_NAME_LENGTH = 200
_TIME = re.compile(r"(\d{1,3}):([0-5]\d)(\.\d{1,6})?")
_SHOT_KEYS = frozenset(
    {"start time", "end time", "extra 4-second segment", "is prologue or epilogue", "main characters", "scene", "plot",
     "caption", "visual annotation"}
)  # fmt: skip
_STORY_KEYS = frozenset({"storyline", "main characters", "main scenes", "shots"})
Fields = dict[str, JsonValue]


class ScriptCharacter(Record):
    """A main character; `name` is its ID in the script."""

    name: str
    appearance: str


class ScriptScene(Record):
    """A main scene; `name` is its ID in the script."""

    name: str
    environment: str


class ScriptShot(Record):
    """One shot as told. Times are in the script's own frame of reference.

    `is_whole_seconds` says that the times carry no fraction, so are half a second off at most.
    """

    number: int
    start_seconds: float
    end_seconds: float
    is_whole_seconds: bool
    character_names: tuple[str, ...]
    scene_name: str | None
    plot: str | None
    caption: str | None
    is_prologue_or_epilogue: bool
    extra: Fields


class Script(Record):
    """One story's script; `offset_seconds` moves its times to film time."""

    storyline: str
    characters: tuple[ScriptCharacter, ...]
    scenes: tuple[ScriptScene, ...]
    shots: tuple[ScriptShot, ...]
    offset_seconds: float = 0.0
    extra: Fields = {}


class ScriptReader:
    """Reads one file; every complaint names it, the place and the next command."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, fps: float) -> tuple[Script, ...]:
        """Return the film's scripts in order.

        Args:
            fps: of the film, for segments that are given in frames.

        Raises:
            ScriptError: not JSON, not the form, or a value that makes no sense.
        """
        form = self._fields(self._load(), "the script")
        if "segments" not in form:
            return (self._story(form, "", 0.0),)
        segments = self._list(form["segments"], "segments")
        if not segments:
            raise self.wrong("", "has no segments")
        return tuple(self._segment(segment, number, fps) for number, segment in enumerate(segments, 1))

    def wrong(self, place: str, what: str) -> ScriptError:
        """Return the error for a place ("shot 3") of this file."""
        where = f"{self._path.name}: {place} {what}" if place else f"{self._path.name} {what}"
        remedy = f"correct {place or 'the file'} in {self._path.name}, then run: pegbar curate SOURCE"
        return ScriptError(where, remedy=remedy, subject=self._path.name)

    def _load(self) -> JsonValue:
        if self._path.stat().st_size > MAX_SCRIPT_BYTES:
            raise self.wrong("", f"is over {MAX_SCRIPT_BYTES >> 20} MB, which no script is")
        try:
            text = self._path.read_text(encoding="utf-8-sig")
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
        if len({_plain_key(key) for key, _ in pairs}) < len(pairs):
            names = [_plain_key(key) for key, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise self.wrong("", f"gives {twice!r} twice in one object")
        return dict(pairs)

    def _no_constant(self, name: str) -> float:
        raise self.wrong("", f"holds {name}, which is not a value")

    def _segment(self, segment: JsonValue, number: int, fps: float) -> Script:
        place = f"segment {number}"
        fields = self._fields(segment, place)
        story = self._fields(self._needed(fields, "story script", place), f"{place}'s story script")
        start = self._frame(fields, "start frame index", place) / fps
        end = self._frame(fields, "end frame index", place) / fps
        if start >= end:
            raise self.wrong(place, "ends before it starts")
        script = self._story(story, f"{place}, ", 0.0)
        # Releases differ: times count from the segment in some files and from the film in others. Film times of a
        # later segment cannot all fit into its length, and times from its own start cannot reach beyond it.
        is_relative = start > 0 and max(shot.end_seconds for shot in script.shots) <= end - start + 1.0
        return script.model_copy(update={"offset_seconds": start if is_relative else 0.0})

    def _frame(self, fields: Fields, key: str, place: str) -> int:
        value = self._needed(fields, key, place)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.wrong(place, f"has {key} {value!r}, which is no frame number")
        return value

    def _story(self, fields: Fields, place: str, offset: float) -> Script:
        where = f"{place}the story" if place else "the story"
        characters = self._named(fields, "main characters", "appearance", where)
        scenes = self._named(fields, "main scenes", "environment", where)
        names, places = {name for name, _ in characters}, {name for name, _ in scenes}
        told = self._list(self._needed(fields, "shots", where), "shots")
        if not told:
            raise self.wrong(where, "has no shots")
        shots = tuple(self._shot(shot, number, place, names, places) for number, shot in enumerate(told, 1))
        self._check_order(shots, place)
        return Script(
            storyline=self._text(fields, "storyline", where),
            characters=tuple(ScriptCharacter(name=name, appearance=text) for name, text in characters),
            scenes=tuple(ScriptScene(name=name, environment=text) for name, text in scenes),
            shots=shots,
            offset_seconds=offset,
            extra={key: value for key, value in fields.items() if key not in _STORY_KEYS},
        )

    def _named(self, fields: Fields, key: str, text_key: str, where: str) -> list[tuple[str, str]]:
        """Return (ID, text) of each main character or scene."""
        found: list[tuple[str, str]] = []
        for number, item in enumerate(self._list(self._needed(fields, key, where), key), 1):
            place = f"{key} {number}"
            entry = self._fields(item, place)
            name = self._text(entry, "id", place)
            if len(name) > MAX_NAME_LENGTH or not name.isprintable():
                raise self.wrong(place, "has an ID that cannot be shown")
            if name in {other for other, _ in found}:
                raise self.wrong(place, f"has the ID {name!r} of another")
            found.append((name, self._text(entry, text_key, place)))
        return found

    def _shot(self, value: JsonValue, number: int, place: str, names: set[str], places: set[str]) -> ScriptShot:
        where = f"{place}shot {number}"
        fields = self._fields(value, where)
        start, starts_whole = self._time(fields, "start time", where)
        end, ends_whole = self._time(fields, "end time", where)
        is_whole = starts_whole and ends_whole
        if end < start or (end == start and not is_whole):
            raise self.wrong(where, f"ends at {end:g} s, not after its start at {start:g} s")
        is_margin = self._flag(fields, "is prologue or epilogue", where)
        plot, caption = self._captions(fields, where, is_needed=not is_margin)
        return ScriptShot(
            number=number,
            start_seconds=start,
            end_seconds=end,
            is_whole_seconds=is_whole,
            character_names=self._cast(fields, where, names),
            scene_name=self._scene(fields, where, places, is_needed=not is_margin),
            plot=plot,
            caption=caption,
            is_prologue_or_epilogue=is_margin,
            extra=_extra_of(fields),
        )

    def _cast(self, fields: Fields, where: str, names: set[str]) -> tuple[str, ...]:
        cast = self._list(fields.get("main characters") or [], f"{where}'s main characters")
        for name in cast:
            if not isinstance(name, str) or name not in names:
                raise self.wrong(where, f"names the character {name!r}, which is not among the main characters")
        if len(set(map(str, cast))) < len(cast):
            raise self.wrong(where, "names a character twice")
        return tuple(str(name) for name in cast)

    def _scene(self, fields: Fields, where: str, places: set[str], *, is_needed: bool) -> str | None:
        if not fields.get("scene") and not is_needed:
            return None
        scene = self._text(fields, "scene", where)
        if scene not in places:
            raise self.wrong(where, f"names the scene {scene!r}, which is not among the main scenes")
        return scene

    def _captions(self, fields: Fields, where: str, *, is_needed: bool) -> tuple[str | None, str | None]:
        """Return (plot, caption); a release keeps them as narrative and descriptive caption."""
        if "visual annotation" in fields:
            inner = self._fields(fields["visual annotation"], f"{where}'s visual annotation")
            fields = {"plot": inner.get("narrative caption"), "caption": inner.get("descriptive caption")} | fields
        if not is_needed and not fields.get("caption"):
            return None, None
        return self._text(fields, "plot", where), self._text(fields, "caption", where)

    def _check_order(self, shots: tuple[ScriptShot, ...], place: str) -> None:
        for before, after in zip(shots, shots[1:], strict=False):
            if after.start_seconds < before.end_seconds:
                start, end = after.start_seconds, before.end_seconds
                what = f"starts at {start:g} s, before shot {before.number} ends at {end:g} s"
                raise self.wrong(f"{place}shot {after.number}", what)

    def _time(self, fields: Fields, key: str, where: str) -> tuple[float, bool]:
        value = self._needed(fields, key, where)
        match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            raise self.wrong(where, f"has {key} {value!r}; MM:SS or MM:SS.mmm is meant")
        return int(match[1]) * 60 + float(match[2] + (match[3] or "")), match[3] is None

    def _flag(self, fields: Fields, key: str, where: str) -> bool:
        value = fields.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(where, f"has {key} {value!r}; true or false is meant")
        return value

    def _text(self, fields: Fields, key: str, where: str) -> str:
        value = self._needed(fields, key, where)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(where, f"has an empty {key}")
        return value.strip()

    def _needed(self, fields: Fields, key: str, where: str) -> JsonValue:
        if fields.get(key) is None:
            raise self.wrong(where, f"lacks {key!r}")
        return fields[key]

    def _fields(self, value: JsonValue, where: str) -> Fields:
        if not isinstance(value, dict):
            raise self.wrong(where, "is not an object of keys and values")
        return {_plain_key(key): item for key, item in value.items()}

    def _list(self, value: JsonValue, where: str) -> list[JsonValue]:
        if not isinstance(value, list):
            raise self.wrong(where, "is not a list")
        return value


def _plain_key(key: str) -> str:
    """Return a key in one spelling: lower case, spaces, no question mark."""
    return " ".join(key.replace("_", " ").lower().rstrip("?").split())


def _extra_of(fields: Fields) -> Fields:
    kept = {key: value for key, value in fields.items() if key not in _SHOT_KEYS}
    if "extra 4-second segment" in fields:
        kept["extra 4-second segment"] = fields["extra 4-second segment"]
    return kept
