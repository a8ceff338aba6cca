"""One told shot as pegbar's records, with the form it was told in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from models.annotators.script_values import Fields
from pegbar.records import AudioShot, Character, Shot
from tasks.curation.release.keys import ObjectForm, form_of, plain_fields
from tasks.curation.release.records import ShotForm
from tasks.curation.release.times import Clock, Convention, Rounding
from tasks.curation.release.values import AS_TOLD, Names, audio_values, caption_values, shot_values
from tasks.curation.stories import shot_id_of

NOT_SAID = ("", "false", "no", "none")


@dataclass(frozen=True)
class ToldShot:
    """A shot whose times can be read: as told, by plain key, and its times."""

    told: Fields
    fields: Fields
    start: Clock
    end: Clock
    span: tuple[Clock, Clock] | None

    @property
    def sound(self) -> Fields | None:
        """Return its audio annotation as told, if it has one."""
        sound = self.fields.get("audio annotation")
        return sound if isinstance(sound, dict) else None

    @property
    def visual(self) -> Fields | None:
        """Return its visual annotation as told, if it has one."""
        visual = self.fields.get("visual annotation")
        return visual if isinstance(visual, dict) else None


@dataclass(frozen=True)
class ShotBuilder:
    """Builds the shots of one story.

    Args:
        start_frame: where the story begins in the film; `start_seconds` the same in seconds.
        convention: what told times count from.
    """

    film_id: str
    story_id: str
    fps: float
    start_frame: int
    start_seconds: float
    convention: Convention
    names: Names

    def shot(self, index: int, told: ToldShot) -> Shot:
        """Return the record of a told shot; who and what is unknown to the story is left out of it."""
        fields = told.fields
        captions = fields if told.visual is None else plain_fields(told.visual)
        start, end = self._both(told.start.seconds), self._both(told.end.seconds)
        begin, stop = (self._both(clock.seconds) for clock in told.span) if told.span else ((None, None),) * 2
        return Shot(
            shot_id=shot_id_of(self.story_id, index),
            story_id=self.story_id,
            film_id=self.film_id,
            index=index,
            start_frame=round(start[0] * self.fps),
            end_frame=round(end[0] * self.fps),
            start_seconds=start[0],
            end_seconds=end[0],
            story_start_seconds=start[1],
            story_end_seconds=end[1],
            transition_in="cut" if index or self.start_frame else "start",
            scene_id=next(_ids_of([fields.get("scene")], self.names.scenes), None),
            character_ids=tuple(_ids_of(fields.get("main characters"), self.names.characters)),
            plot=text_of(captions.get("narrative caption", captions.get("plot"))),
            caption=text_of(captions.get("descriptive caption", captions.get("caption"))),
            is_prologue_or_epilogue=_is_margin(fields.get("is prologue or epilogue")),
            segment_start_seconds=begin[0],
            segment_end_seconds=stop[0],
            story_segment_start_seconds=begin[1],
            story_segment_end_seconds=stop[1],
        )

    def sound(self, shot: Shot, told: ToldShot) -> AudioShot | None:
        """Return the record of a shot's audio annotation, if it has one."""
        if told.sound is None:
            return None
        fields = plain_fields(told.sound)
        shared = {name: getattr(shot, name) for name in AudioShot.model_fields if name in Shot.model_fields}
        return AudioShot(
            **shared,
            audio_shot_id=f"{self.story_id}-a{shot.index:03d}",
            first_shot=shot.index,
            last_shot=shot.index,
            sound_type=text_of(fields.get("type")),
            sound_description=text_of(fields.get("sound description")),
            visual_context=text_of(fields.get("visual context")),
        )

    def form(self, shot: Shot, sound: AudioShot | None, told: ToldShot) -> ShotForm:
        """Return how a shot was told."""
        form = ShotForm(
            whole=ObjectForm(keys=()),
            visual=None if told.visual is None else form_of(told.visual, caption_values(shot)),
            audio=None if told.sound is None or sound is None else form_of(told.sound, audio_values(sound)),
            start_digits=told.start.digits,
            end_digits=told.end.digits,
            segment_digits=(told.span[0].digits, told.span[1].digits) if told.span else (0, 0),
        )
        values = shot_values(shot, sound, self.names, form, self.convention, AS_TOLD, Rounding())
        return form.model_copy(update={"whole": form_of(told.told, values)})

    def _both(self, told: float) -> tuple[float, float]:
        """Return a told time from the film's start and from the story's."""
        if self.convention == "film":
            return told, round(told - self.start_seconds, 6)
        return round(self.start_seconds + told, 6), told


def oddities_of(shots: Sequence[Shot], told: Sequence[ToldShot], cast: Sequence[Character]) -> list[str]:
    """Say what is odd about a story's shots but can be read, each oddity once with its count."""
    pairs = list(zip(shots, told, strict=True))
    neighbours = zip(shots, shots[1:], strict=False)
    counts = (
        (sum(shot.start_seconds == shot.end_seconds for shot in shots), "without length, as told to the second"),
        (
            sum(after.start_seconds < before.end_seconds for before, after in neighbours),
            "starting before the one before ends",
        ),
        (
            sum(_count(one.fields.get("main characters")) > len(shot.character_ids) for shot, one in pairs),
            "with a character that is not among the main characters",
        ),
        (
            sum(bool(one.fields.get("scene")) and shot.scene_id is None for shot, one in pairs),
            "with a scene that is not among the main scenes",
        ),
    )
    found = [f"{count} of {len(shots)} shots {what}" for count, what in counts if count]
    num_twins = len(cast) - len({character.name for character in cast})
    return [*found, f"{num_twins} main characters share an ID"] if num_twins else found


def text_of(value: JsonValue) -> str | None:
    """Return words as told, or None where there are none."""
    return value if isinstance(value, str) and value else None


def _ids_of(value: JsonValue, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the id of every known name of a list; of several with one name the first."""
    ids = {name.strip(): item for item, name in reversed(list(names.items()))}
    for name in value if isinstance(value, list) else []:
        if isinstance(name, str) and name.strip() in ids:
            yield ids[name.strip()]


def _is_margin(value: JsonValue) -> bool:
    """Tell whether a shot is marked as prologue or epilogue; the paper writes which, releases true."""
    return value.strip().lower() not in NOT_SAID if isinstance(value, str) else bool(value)


def _count(value: JsonValue) -> int:
    return len(value) if isinstance(value, list) else 0
