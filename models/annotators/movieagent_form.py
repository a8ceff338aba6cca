"""The form of MovieAgent's plans (its director's, scene and shot agents, section 3.2): what happens, without times.

A file is what its shot agent leaves: sub-scripts, each with scenes, each with shots, all keyed by their names; beside
them there may be the synopsis (`MovieScript`) and the character bank (`Character`). Having no times, shots are laid
over the detected ones one to one. Where the counts differ, nothing in the form says which belong together, and it is
refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

from models.annotators.base import AnnotationRequest
from models.annotators.script_form import Script, ScriptCharacter, ScriptScene, ScriptShot
from models.annotators.script_values import Fields, ValueReader, plain_key
from pegbar.records import Shot, Story

ItemT = TypeVar("ItemT")
_SHOT_KEYS = frozenset({"plot/visual description", "coarse plot"})
_NUMBERED = re.compile(r".*?(\d+)\s*(?::.*)?")


@dataclass(frozen=True)
class Planned:
    """One shot of the plan: where it stands, its values, and what stands above it."""

    where: str
    fields: Fields
    cast: tuple[str, ...]
    scene: ScriptScene
    part_plot: str


def is_movieagent(value: JsonValue) -> bool:
    """Say by its keys whether a file is of this form."""
    return isinstance(value, dict) and bool({"sub-script", "moviescript"} & {plain_key(key) for key in value})


class MovieAgentReader(ValueReader):
    """Reads values of the form."""

    def film(self, value: JsonValue, request: AnnotationRequest) -> tuple[Script, ...]:
        """Return a script for every story of the film, with the times of its detected shots.

        Raises:
            ScriptError: not the form, or another number of shots than the film has.
        """
        form = self.fields(value, "the script")
        bank = self._bank(form.get("character"))
        planned = list(self._planned(form))
        if len(planned) != len(request.shots):
            detected = f"{request.film_name} has {len(request.shots)}, and no times say which belong together"
            raise self.wrong("", f"tells {len(planned)} shots, but {detected}")
        pairs = list(zip(request.shots, planned, strict=True))
        return tuple(
            self._story([pair for pair in pairs if pair[0].story_id == story.story_id], bank, story)
            for story in request.stories
        )

    def _bank(self, value: JsonValue) -> dict[str, str] | None:
        """Return the character bank's appearances by name, empty where none is written; None where there is no bank."""
        if value is None:
            return None
        found: dict[str, str] = {}
        for number, item in enumerate(self.items(value, "the character bank"), 1):
            place = f"character {number}"
            entry = self.fields(item if isinstance(item, dict) else {"name": item}, place)
            name = self.name(entry, "name", place)
            told = entry.get("appearance") or entry.get("description") or ""
            if not isinstance(told, str):
                raise self.wrong(place, "has an appearance that is no text")
            if found.get(name, told) != told:
                raise self.wrong(place, f"has the name {name!r} of another, and another appearance")
            found[name] = told.strip()
        return found

    def _planned(self, form: Fields) -> Iterator[Planned]:
        for part, part_fields in self._entries(form, "sub-script", "the script"):
            part_plot = self.text(part_fields, "plot", part)
            annotation = self.fields(self.needed(part_fields, "scene annotation", part), part)
            for scene_name, scene_fields in self._entries(annotation, "scene", part):
                where = f"{part}, {scene_name}"
                scene = ScriptScene(
                    name=self.name({"id": where}, "id", where), environment=self._environment(scene_fields, where)
                )
                shots = self.fields(self.needed(scene_fields, "shot annotation", where), where)
                for shot_name, fields in self._entries(shots, "shot", where):
                    place = f"{where}, {shot_name}"
                    yield Planned(place, fields, self._cast(fields, place), scene, part_plot)

    def _environment(self, fields: Fields, where: str) -> str:
        style = fields.get("visual style")
        return " ".join([self.text(fields, "scene description", where), *([style] if isinstance(style, str) else [])])

    def _cast(self, fields: Fields, where: str) -> tuple[str, ...]:
        """Return who is in a shot; names come alone or with the boxes they stand in."""
        told = fields.get("involving characters") or []
        names = list(told) if isinstance(told, dict) else self.items(told, f"{where}'s characters")
        return tuple(dict.fromkeys(self.name({"name": name}, "name", where) for name in names))

    def _entries(self, fields: Fields, key: str, where: str) -> list[tuple[str, Fields]]:
        """Return the named parts of a level, by number where all names end in one: JSON objects have no order."""
        value = self.needed(fields, key, where)
        if not isinstance(value, dict) or not value:
            raise self.wrong(where, f"has no {key}s by name")
        numbers = [match and int(match[1]) for match in map(_NUMBERED.fullmatch, value)]
        names = list(value)
        if None not in numbers and len(set(numbers)) == len(numbers):
            names = [name for _, name in sorted(zip(numbers, names, strict=True))]
        return [
            (name, self.fields(value[name], name if where == "the script" else f"{where}, {name}")) for name in names
        ]

    def _story(self, pairs: list[tuple[Shot, Planned]], bank: dict[str, str] | None, story: Story) -> Script:
        planned = [one for _, one in pairs]
        involved = dict.fromkeys(name for one in planned for name in one.cast)
        known = [name for name in involved if bank is None or name in bank]
        notes = [f"{name} is not in the character bank: left out" for name in involved if name not in known]
        characters = []
        for name in known:
            appearance = (bank or {}).get(name, "")
            if not appearance:
                seen = min((one for one in planned if name in one.cast), key=lambda one: len(one.cast))
                appearance = self.text(seen.fields, "plot/visual description", seen.where)
                notes.append(f"the looks of {name} are those of {seen.where}, as none are told")
            characters.append(ScriptCharacter(name=name, appearance=appearance))
        return Script(
            storyline=" ".join(_unique(one.part_plot for one in planned)),
            characters=tuple(characters),
            scenes=tuple(_unique(one.scene for one in planned)),
            shots=tuple(self._shot(shot, one, known, number) for number, (shot, one) in enumerate(pairs, 1)),
            offset_seconds=story.start_seconds,
            notes=tuple(notes),
        )

    def _shot(self, shot: Shot, planned: Planned, known: list[str], number: int) -> ScriptShot:
        fields = planned.fields
        return ScriptShot(
            number=number,
            start_seconds=shot.story_start_seconds,
            end_seconds=shot.story_end_seconds,
            is_whole_seconds=False,
            character_names=tuple(name for name in planned.cast if name in known),
            scene_name=planned.scene.name,
            plot=self.text(fields, "coarse plot", planned.where),
            caption=self.text(fields, "plot/visual description", planned.where),
            is_prologue_or_epilogue=False,
            extra={key: item for key, item in fields.items() if key not in _SHOT_KEYS},
        )


def _unique(items: Iterable[ItemT]) -> list[ItemT]:
    return list(dict.fromkeys(items))
