"""One told segment as pegbar's records, with the form it was told in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import JsonValue

from models.annotators.script_values import Fields
from pegbar.records import AudioShot, Character, Scene, Shot, Story
from tasks.curation.release import Picture, ReleaseStory, ShotForm, StoryForm
from tasks.curation.release_keys import form_of, json_text, plain_fields
from tasks.curation.release_times import Clock, Rounding, TimesFound
from tasks.curation.release_values import (
    AS_TOLD,
    Names,
    audio_values,
    caption_values,
    character_values,
    scene_values,
    shot_values,
)
from tasks.curation.stories import shot_id_of, story_id_of

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class ToldShot:
    """A shot whose times can be read: as told, by plain key, and its times."""

    told: Fields
    fields: Fields
    start: Clock
    end: Clock
    span: tuple[Clock, Clock] | None


def story_of(
    video_id: str,
    index: int,
    fps: float,
    told_segment: Fields,
    told_script: Fields,
    told_shots: Sequence[ToldShot],
    times: TimesFound,
) -> tuple[ReleaseStory, list[str]]:
    """Return a segment's records and what is odd about it.

    Args:
        index: of the story in its film, from 0.
        times: what the shots' times count from.
    """
    return _StoryBuilder(video_id, index, fps, told_segment, told_script, times).build(told_shots)


class _StoryBuilder:
    def __init__(
        self, video_id: str, index: int, fps: float, told_segment: Fields, told_script: Fields, times: TimesFound
    ) -> None:
        self._film_id, self._index, self._fps, self._times = video_id, index, fps, times
        self._story_id = story_id_of(video_id, index)
        self._told_segment, self._told_script = told_segment, told_script
        self._segment, self._script = plain_fields(told_segment), plain_fields(told_script)
        self._start_frame, self._end_frame = (_int(self._segment[f"{end} frame index"]) for end in ("start", "end"))
        self._start_seconds = round(self._start_frame / fps, 6)
        self._oddities: list[str] = []

    def build(self, told_shots: Sequence[ToldShot]) -> tuple[ReleaseStory, list[str]]:
        told_cast, told_places = (_objects(self._script.get(key)) for key in ("main characters", "main scenes"))
        cast = tuple(self._character(number, plain_fields(item)) for number, item in enumerate(told_cast))
        places = tuple(self._scene(number, plain_fields(item)) for number, item in enumerate(told_places))
        names = Names({item.character_id: item.name for item in cast}, {item.scene_id: item.name for item in places})
        shots = tuple(self._shot(number, told, names) for number, told in enumerate(told_shots))
        sounds = tuple(
            self._audio(number, shot, plain_fields(sound))
            for number, (shot, told) in enumerate(zip(shots, told_shots, strict=True))
            if isinstance(sound := told.fields.get("audio annotation"), dict)
        )
        by_shot = {sound.first_shot: sound for sound in sounds}
        forms = tuple(
            self._shot_form(told, shot, by_shot.get(shot.index), names)
            for told, shot in zip(told_shots, shots, strict=True)
        )
        self._look_for_oddities(shots, cast, told_shots)
        storyline = self._script.get("storyline")
        story = Story(
            story_id=self._story_id,
            film_id=self._film_id,
            index=self._index,
            start_seconds=self._start_seconds,
            end_seconds=round(self._end_frame / self._fps, 6),
            num_shots=len(shots),
            storyline=storyline if isinstance(storyline, str) else None,
            is_annotated=bool(shots),
        )
        images, masks = (self._segment.get(f"reference {kind}") for kind in ("images", "masks"))
        owners = {item.name: item.character_id for item in cast}
        segment_values: Fields = {
            "start frame index": self._start_frame,
            "end frame index": self._end_frame,
            "reference images": images,
            "reference masks": masks,
            "story script": self._told_script,
        }
        script_values: Fields = {
            "storyline": story.storyline,
            **{key: self._script.get(key) for key in ("main characters", "main scenes", "shots")},
        }
        return ReleaseStory(
            story=story,
            shots=shots,
            characters=cast,
            scenes=places,
            audio_shots=sounds,
            start_frame=self._start_frame,
            end_frame=self._end_frame,
            reference_images=json_text(images),
            reference_masks=json_text(masks),
            pictures=tuple(_pictures(images, owners)),
            masks=tuple(_pictures(masks, owners)),
            times=self._times,
            form=StoryForm(
                segment=form_of(self._told_segment, segment_values),
                script=form_of(self._told_script, script_values),
                characters=tuple(
                    form_of(told, character_values(item)) for told, item in zip(told_cast, cast, strict=True)
                ),
                scenes=tuple(form_of(told, scene_values(item)) for told, item in zip(told_places, places, strict=True)),
                shots=forms,
            ),
        ), self._oddities

    def _character(self, number: int, fields: Fields) -> Character:
        return Character(
            character_id=f"{self._story_id}-c{number}",
            story_id=self._story_id,
            name=_text(fields.get("id")) or "",
            appearance=_text(fields.get("appearance")) or "",
        )

    def _scene(self, number: int, fields: Fields) -> Scene:
        return Scene(
            scene_id=f"{self._story_id}-p{number}",
            story_id=self._story_id,
            name=_text(fields.get("id")) or "",
            environment=_text(fields.get("environment")) or "",
        )

    def _shot(self, number: int, told: ToldShot, names: Names) -> Shot:
        fields = told.fields
        visual = fields.get("visual annotation")
        captions = plain_fields(visual) if isinstance(visual, dict) else fields
        start, end = self._both(told.start.seconds), self._both(told.end.seconds)
        begin, stop = (self._both(clock.seconds) for clock in told.span) if told.span else ((None, None),) * 2
        cast = fields.get("main characters")
        return Shot(
            shot_id=shot_id_of(self._story_id, number),
            story_id=self._story_id,
            film_id=self._film_id,
            index=number,
            start_frame=round(start[0] * self._fps),
            end_frame=round(end[0] * self._fps),
            start_seconds=start[0],
            end_seconds=end[0],
            story_start_seconds=start[1],
            story_end_seconds=end[1],
            transition_in="cut" if number or self._start_frame else "start",
            scene_id=next(_ids_of([fields.get("scene")], names.scenes), None),
            character_ids=tuple(_ids_of(cast, names.characters)),
            plot=_text(captions.get("narrative caption", captions.get("plot"))),
            caption=_text(captions.get("descriptive caption", captions.get("caption"))),
            is_prologue_or_epilogue=_is_margin(fields.get("is prologue or epilogue")),
            segment_start_seconds=begin[0],
            segment_end_seconds=stop[0],
            story_segment_start_seconds=begin[1],
            story_segment_end_seconds=stop[1],
        )

    def _both(self, told: float) -> tuple[float, float]:
        """Return a told time from the film's start and from the story's."""
        if self._times.convention == "film":
            return told, round(told - self._start_seconds, 6)
        return round(self._start_seconds + told, 6), told

    def _audio(self, number: int, shot: Shot, fields: Fields) -> AudioShot:
        shared = {name: getattr(shot, name) for name in AudioShot.model_fields if name in Shot.model_fields}
        return AudioShot(
            **shared,
            audio_shot_id=f"{self._story_id}-a{number:03d}",
            first_shot=shot.index,
            last_shot=shot.index,
            sound_type=_text(fields.get("type")),
            sound_description=_text(fields.get("sound description")),
            visual_context=_text(fields.get("visual context")),
        )

    def _shot_form(self, told: ToldShot, shot: Shot, audio: AudioShot | None, names: Names) -> ShotForm:
        visual, sound = told.fields.get("visual annotation"), told.fields.get("audio annotation")
        form = ShotForm(
            whole=form_of({}, {}),
            visual=form_of(visual, caption_values(shot)) if isinstance(visual, dict) else None,
            audio=form_of(sound, audio_values(audio)) if isinstance(sound, dict) and audio is not None else None,
            start_digits=told.start.digits,
            end_digits=told.end.digits,
            segment_digits=(told.span[0].digits, told.span[1].digits) if told.span else (0, 0),
        )
        values = shot_values(shot, audio, names, form, self._times.convention, AS_TOLD, Rounding())
        return form.model_copy(update={"whole": form_of(told.told, values)})

    def _look_for_oddities(
        self, shots: Sequence[Shot], cast: Sequence[Character], told_shots: Sequence[ToldShot]
    ) -> None:
        """Say what is odd but can be read, once for the segment."""
        empty = sum(shot.start_seconds == shot.end_seconds for shot in shots)
        overlaps = sum(
            after.start_seconds < before.end_seconds for before, after in zip(shots, shots[1:], strict=False)
        )
        strangers = sum(
            _count(told.fields.get("main characters")) > len(shot.character_ids)
            for told, shot in zip(told_shots, shots, strict=True)
        )
        nowhere = sum(
            bool(told.fields.get("scene")) and shot.scene_id is None
            for told, shot in zip(told_shots, shots, strict=True)
        )
        twins = len(cast) - len({item.name for item in cast})
        counts = (
            (empty, "without length, as told to the second"),
            (overlaps, "starting before the one before ends"),
            (strangers, "with a character that is not among the main characters"),
            (nowhere, "with a scene that is not among the main scenes"),
        )
        self._oddities += [f"{count} of {len(shots)} shots {what}" for count, what in counts if count]
        if twins:
            self._oddities.append(f"{twins} main characters share an ID")


def _pictures(value: JsonValue, ids: dict[str, str], owner: str | None = None) -> list[Picture]:
    """Return every picture that a segment's reference images (or masks) name, in whatever form they are told."""
    if isinstance(value, dict):
        return [picture for key, item in value.items() for picture in _pictures(item, ids, ids.get(key.strip(), owner))]
    if isinstance(value, list):
        return [picture for item in value for picture in _pictures(item, ids, owner)]
    if isinstance(value, str) and value.lower().endswith(PICTURE_SUFFIXES):
        return [Picture(path=value, character_id=owner or ids.get(PurePosixPath(value).stem))]
    return []


def _ids_by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Return name -> id; of several with one name the first."""
    return {name.strip(): item for item, name in reversed(list(names.items()))}


def _ids_of(value: JsonValue, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the id of every known name of a list."""
    ids = _ids_by_name(names)
    for name in value if isinstance(value, list) else []:
        if isinstance(name, str) and name.strip() in ids:
            yield ids[name.strip()]


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_margin(value: JsonValue) -> bool:
    """Tell whether a shot is marked as prologue or epilogue; the paper writes which, releases true."""
    return value.strip().lower() not in ("", "false", "no", "none") if isinstance(value, str) else bool(value)


def _objects(value: JsonValue) -> list[Fields]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _count(value: JsonValue) -> int:
    return len(value) if isinstance(value, list) else 0


def _int(value: JsonValue) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no frame number")
    return value
