"""A script in memory, and the AnimeShooter form it is read from.

Keys come with spaces (the paper, appendix A) or underscores (its release); times as MM:SS or MM:SS.mmm. A script tells
one story (`storyline`, `main characters`, `main scenes`, `shots`) or a film's `segments`, each with a `story script`.
Unknown keys are kept in `extra`.
"""

from pydantic import JsonValue

from models.annotators.script_times import span_of
from models.annotators.script_values import Fields, ValueReader, composed
from pegbar.records import Record

SEGMENT_KEY = "extra 4-second segment"
MARGIN_KEY = "is prologue or epilogue"
_SHOT_KEYS = frozenset(
    {"start time", "end time", MARGIN_KEY, "main characters", "scene", "plot", "caption", "visual annotation"}
)
_STORY_KEYS = frozenset({"storyline", "main characters", "main scenes", "shots"})


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

    Args:
        is_whole_seconds: the times carry no fraction, so are half a second off at most.
        segment: start and end seconds of the extra 4-second segment, where one is told as a span that goes forward.
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
    segment: tuple[float, float] | None = None


class Script(Record):
    """One story's script; `offset_seconds` moves its times to film time.

    Args:
        notes: what was put right while it was read, a sentence each.
    """

    storyline: str
    characters: tuple[ScriptCharacter, ...]
    scenes: tuple[ScriptScene, ...]
    shots: tuple[ScriptShot, ...]
    offset_seconds: float = 0.0
    extra: Fields = {}
    notes: tuple[str, ...] = ()

    def film_span(self, shot: ScriptShot) -> tuple[float, float]:
        """Return a told shot's start and end in film seconds."""
        return shot.start_seconds + self.offset_seconds, shot.end_seconds + self.offset_seconds


class AnimeShooterReader(ValueReader):
    """Reads values of the form; `story` takes one story's, `film` a file's."""

    def film(self, value: JsonValue, fps: float) -> tuple[Script, ...]:
        """Return a film's scripts in order.

        Raises:
            ScriptError: not the form, or a value that makes no sense.
        """
        form = self.fields(value, "the script")
        if "segments" not in form:
            return (self.story(form),)
        segments = self.items(form["segments"], "segments")
        if not segments:
            raise self.wrong("", "has no segments")
        return tuple(self._segment(segment, number, fps) for number, segment in enumerate(segments, 1))

    def story(self, value: JsonValue, place: str = "") -> Script:
        """Return one story's script; `place` is where it stands ("segment 2, ").

        Raises:
            ScriptError: not the form, or a value that makes no sense.
        """
        where = f"{place}the story" if place else "the story"
        fields = self.fields(value, where)
        characters, character_notes = self._named(fields, "main characters", "appearance", where)
        scenes, scene_notes = self._named(fields, "main scenes", "environment", where)
        told = self.items(self.needed(fields, "shots", where), "shots")
        if not told:
            raise self.wrong(where, "has no shots")
        shots = tuple(
            self._shot(shot, number, place, set(characters), set(scenes)) for number, shot in enumerate(told, 1)
        )
        self._check_order(shots, place)
        return Script(
            storyline=self.text(fields, "storyline", where),
            characters=tuple(ScriptCharacter(name=name, appearance=text) for name, text in characters.items()),
            scenes=tuple(ScriptScene(name=name, environment=text) for name, text in scenes.items()),
            shots=shots,
            extra={key: value for key, value in fields.items() if key not in _STORY_KEYS},
            notes=(*character_notes, *scene_notes),
        )

    def _segment(self, segment: JsonValue, number: int, fps: float) -> Script:
        place = f"segment {number}"
        fields = self.fields(segment, place)
        story = self.needed(fields, "story script", place)
        start = self._frame(fields, "start frame index", place) / fps
        end = self._frame(fields, "end frame index", place) / fps
        if start >= end:
            raise self.wrong(place, "ends before it starts")
        script = self.story(story, f"{place}, ")
        # Releases differ: times count from the segment in some files and from the film in others. Film times of a
        # later segment cannot all fit into its length, and times from its own start cannot reach beyond it.
        is_relative = start > 0 and max(shot.end_seconds for shot in script.shots) <= end - start + 1.0
        return script.model_copy(update={"offset_seconds": start if is_relative else 0.0})

    def _frame(self, fields: Fields, key: str, place: str) -> int:
        value = self.needed(fields, key, place)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.wrong(place, f"has {key} {value!r}, which is no frame number")
        return value

    def _named(self, fields: Fields, key: str, text_key: str, where: str) -> tuple[dict[str, str], list[str]]:
        """Return the text of each main character or scene by its ID, and a note for each that is told twice alike."""
        found: dict[str, str] = {}
        notes: list[str] = []
        for number, item in enumerate(self.items(self.needed(fields, key, where), key), 1):
            place = f"{key} {number}"
            entry = self.fields(item, place)
            name, text = self.name(entry, "id", place), self.text(entry, text_key, place)
            if found.get(name, text) != text:
                raise self.wrong(place, f"has the ID {name!r} of another, and another {text_key}")
            if name in found:
                notes.append(f"{place} repeats {name!r}: told once")
            found[name] = text
        return found, notes

    def _shot(self, value: JsonValue, number: int, place: str, names: set[str], places: set[str]) -> ScriptShot:
        where = f"{place}shot {number}"
        fields = self.fields(value, where)
        start, starts_whole = self.time(fields, "start time", where)
        end, ends_whole = self.time(fields, "end time", where)
        is_whole = starts_whole and ends_whole
        if end < start or (end == start and not is_whole):
            raise self.wrong(where, f"ends at {end:g} s, not after its start at {start:g} s")
        is_margin = self._is_margin(fields, where)
        plot, caption = self._captions(fields, where, is_needed=not is_margin)
        told_segment = fields.get(SEGMENT_KEY)
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
            segment=span_of(told_segment) if isinstance(told_segment, str) else None,
        )

    def _is_margin(self, fields: Fields, where: str) -> bool:
        value = fields.get(MARGIN_KEY)
        if not isinstance(value, bool) and value not in (None, "prologue", "epilogue"):
            raise self.wrong(where, f"has {MARGIN_KEY} {value!r}; true, false, prologue or epilogue is meant")
        return bool(value)

    def _cast(self, fields: Fields, where: str, names: set[str]) -> tuple[str, ...]:
        cast = self.items(fields.get("main characters") or [], f"{where}'s main characters")
        told = [composed(name) if isinstance(name, str) else name for name in cast]
        for name in told:
            if not isinstance(name, str) or name not in names:
                raise self.wrong(where, f"names the character {name!r}, which is not among the main characters")
        if len(set(map(str, told))) < len(told):
            raise self.wrong(where, "names a character twice")
        return tuple(str(name) for name in told)

    def _scene(self, fields: Fields, where: str, places: set[str], *, is_needed: bool) -> str | None:
        if not fields.get("scene") and not is_needed:
            return None
        scene = composed(self.text(fields, "scene", where))
        if scene not in places:
            raise self.wrong(where, f"names the scene {scene!r}, which is not among the main scenes")
        return scene

    def _captions(self, fields: Fields, where: str, *, is_needed: bool) -> tuple[str | None, str | None]:
        """Return (plot, caption); a release keeps them as narrative and descriptive caption."""
        if "visual annotation" in fields:
            inner = self.fields(fields["visual annotation"], f"{where}'s visual annotation")
            fields = {"plot": inner.get("narrative caption"), "caption": inner.get("descriptive caption")} | fields
        if not is_needed and not fields.get("caption"):
            return None, None
        return self.text(fields, "plot", where), self.text(fields, "caption", where)

    def _check_order(self, shots: tuple[ScriptShot, ...], place: str) -> None:
        for before, after in zip(shots, shots[1:], strict=False):
            if after.start_seconds < before.end_seconds:
                start, end = after.start_seconds, before.end_seconds
                what = f"starts at {start:g} s, before shot {before.number} ends at {end:g} s"
                raise self.wrong(f"{place}shot {after.number}", what)


def _extra_of(fields: Fields) -> Fields:
    """Return what the record has no field for: unknown keys, which margin it is, and the segment as it was written."""
    kept = {key: value for key, value in fields.items() if key not in _SHOT_KEYS}
    return kept | ({MARGIN_KEY: fields[MARGIN_KEY]} if isinstance(fields.get(MARGIN_KEY), str) else {})
