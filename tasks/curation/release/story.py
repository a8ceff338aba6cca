"""One told segment as pegbar's records, with the form it was told in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import JsonValue

from models.annotators.script_values import Fields
from pegbar.records import Character, Scene, Story
from tasks.curation.release.keys import form_of, json_text, plain_fields
from tasks.curation.release.records import Picture, ReleaseStory, StoryForm
from tasks.curation.release.shot import ShotBuilder, ToldShot, oddities_of, text_of
from tasks.curation.release.times import TimesFound
from tasks.curation.release.values import Names, character_values, scene_values
from tasks.curation.stories import story_id_of

# what comes back whole from the records, told lists item by item
WHOLE_IN_SEGMENT = ("start frame index", "end frame index", "reference images", "reference masks", "story script")
LISTS = ("main characters", "main scenes", "shots")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


@dataclass
class ToldSegment:
    """A segment whose shape is right, before its times are understood.

    Args:
        place: in the list of segments, from 0.
        unread: what is no shot as JSON text, by its place in the list of shots.
    """

    place: int
    segment: Fields
    script: Fields
    start_frame: int
    end_frame: int
    shots: list[ToldShot] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the earliest told start and the latest told end, in seconds; zeros of no shots."""
        first = min((shot.start.seconds for shot in self.shots), default=0.0)
        return first, max((shot.end.seconds for shot in self.shots), default=0.0)


def story_of(
    video_id: str, index: int, fps: float, told: ToldSegment, times: TimesFound
) -> tuple[ReleaseStory, list[str]]:
    """Return a segment's records and what is odd about it.

    Args:
        index: of the story in its film, from 0.
        times: what the shots' times count from.
    """
    story_id, segment, script = story_id_of(video_id, index), plain_fields(told.segment), plain_fields(told.script)
    told_cast, told_places = (_objects(script.get(key)) for key in ("main characters", "main scenes"))
    cast = tuple(_character(story_id, number, plain_fields(item)) for number, item in enumerate(told_cast))
    places = tuple(_scene(story_id, number, plain_fields(item)) for number, item in enumerate(told_places))
    names = Names({item.character_id: item.name for item in cast}, {item.scene_id: item.name for item in places})
    start_seconds, end_seconds = (round(frame / fps, 6) for frame in (told.start_frame, told.end_frame))
    builder = ShotBuilder(video_id, story_id, fps, told.start_frame, start_seconds, times.convention, names)
    shots = tuple(builder.shot(number, shot) for number, shot in enumerate(told.shots))
    sounds = [builder.sound(shot, one) for shot, one in zip(shots, told.shots, strict=True)]
    images, masks = (segment.get(f"reference {kind}") for kind in ("images", "masks"))
    owners = {item.name: item.character_id for item in cast}
    storyline = script.get("storyline")
    story = Story(
        story_id=story_id,
        film_id=video_id,
        index=index,
        start_seconds=start_seconds,
        end_seconds=end_seconds,
        num_shots=len(shots),
        storyline=storyline if isinstance(storyline, str) else None,
        is_annotated=bool(shots),
    )
    form = StoryForm(
        segment=form_of(told.segment, {key: segment.get(key) for key in WHOLE_IN_SEGMENT}),
        script=form_of(told.script, {"storyline": story.storyline, **{key: script.get(key) for key in LISTS}}),
        characters=tuple(form_of(one, character_values(item)) for one, item in zip(told_cast, cast, strict=True)),
        scenes=tuple(form_of(one, scene_values(item)) for one, item in zip(told_places, places, strict=True)),
        shots=tuple(builder.form(*parts) for parts in zip(shots, sounds, told.shots, strict=True)),
        unread_shots=told.unread,
    )
    return ReleaseStory(
        story=story,
        shots=shots,
        characters=cast,
        scenes=places,
        audio_shots=tuple(sound for sound in sounds if sound is not None),
        start_frame=told.start_frame,
        end_frame=told.end_frame,
        reference_images=json_text(images),
        reference_masks=json_text(masks),
        pictures=tuple(_pictures(images, owners)),
        masks=tuple(_pictures(masks, owners)),
        times=times,
        form=form,
    ), oddities_of(shots, told.shots, cast)


def _character(story_id: str, number: int, fields: Fields) -> Character:
    return Character(
        character_id=f"{story_id}-c{number}",
        story_id=story_id,
        name=text_of(fields.get("id")) or "",
        appearance=text_of(fields.get("appearance")) or "",
    )


def _scene(story_id: str, number: int, fields: Fields) -> Scene:
    return Scene(
        scene_id=f"{story_id}-p{number}",
        story_id=story_id,
        name=text_of(fields.get("id")) or "",
        environment=text_of(fields.get("environment")) or "",
    )


def _pictures(value: JsonValue, owners: dict[str, str], owner: str | None = None) -> Iterator[Picture]:
    """Yield every picture that a segment's reference images (or masks) name, in whatever form they are told."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _pictures(item, owners, owners.get(key.strip(), owner))
    elif isinstance(value, list):
        for item in value:
            yield from _pictures(item, owners, owner)
    elif isinstance(value, str) and value.lower().endswith(PICTURE_SUFFIXES):
        yield Picture(path=value, character_id=owner or owners.get(PurePosixPath(value).stem))


def _objects(value: JsonValue) -> list[Fields]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
