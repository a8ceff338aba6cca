"""What pegbar's records say in the words of a release: values by plain key, for the writer and the reader alike."""

from collections.abc import Mapping
from typing import NamedTuple

from models.annotators.script_values import Fields
from pegbar.records import AudioShot, Character, Scene, Shot
from tasks.curation.release.keys import told_again
from tasks.curation.release.records import ReleaseForm, ShotForm
from tasks.curation.release.times import Convention, Rounding, write_clock

AS_TOLD = ReleaseForm()
TIME_KEYS = frozenset({"start time", "end time"})
SPAN_KEY = "extra 4-second segment"


class Names(NamedTuple):
    """What a story's script calls its characters and scenes, by pegbar's ids."""

    characters: Mapping[str, str]
    scenes: Mapping[str, str]


def film_values(video_id: str, url: str | None, fps: float) -> Fields:
    """Return the values of a video's own keys but for its segments."""
    return {"video id": video_id, "url": url, "fps": int(fps) if fps.is_integer() else fps}


def character_values(character: Character) -> Fields:
    """Return the values of a main character."""
    return {"id": character.name, "appearance": character.appearance}


def scene_values(scene: Scene) -> Fields:
    """Return the values of a main scene."""
    return {"id": scene.name, "environment": scene.environment}


def caption_values(shot: Shot) -> Fields:
    """Return the values of a visual annotation: the release and the audio subset name the same two captions."""
    plot, caption = shot.plot or "", shot.caption or ""
    return {"plot": plot, "caption": caption, "narrative caption": plot, "descriptive caption": caption}


def audio_values(audio: AudioShot) -> Fields:
    """Return the values of an audio annotation."""
    return {
        "type": audio.sound_type or "",
        "sound description": audio.sound_description or "",
        "visual context": audio.visual_context or "",
    }


def shot_values(
    shot: Shot,
    audio: AudioShot | None,
    names: Names,
    form: ShotForm,
    told_in: Convention,
    how: ReleaseForm,
    rounding: Rounding,
) -> Fields:
    """Return the values of a shot.

    Args:
        told_in: what its times counted from when they were told.
        rounding: counts every time that is written.
    """
    values: Fields = {
        "is prologue or epilogue": shot.is_prologue_or_epilogue,
        "main characters": [names.characters[item] for item in shot.character_ids],
        "scene": names.scenes[shot.scene_id] if shot.scene_id else "",
        "plot": shot.plot or "",
        "caption": shot.caption or "",
        **_times(shot, form, told_in, how, rounding),
    }
    if form.visual is not None:
        values["visual annotation"] = told_again(form.visual, caption_values(shot), how.spelling)
    if form.audio is not None and audio is not None:
        values["audio annotation"] = told_again(form.audio, audio_values(audio), how.spelling)
    return values


def _times(shot: Shot, form: ShotForm, told_in: Convention, how: ReleaseForm, rounding: Rounding) -> Fields:
    convention = how.times or told_in

    def text(seconds: float, told_digits: int) -> str:
        written = write_clock(seconds, told_digits if how.digits is None else how.digits, convention)
        rounding.count(seconds, written)
        return written

    in_film = convention == "film"
    first, last = (
        (shot.start_seconds, shot.end_seconds) if in_film else (shot.story_start_seconds, shot.story_end_seconds)
    )
    start, end = text(first, form.start_digits), text(last, form.end_digits)
    if start == end and last > first:
        rounding.collapsed.append(shot.shot_id)
    values: Fields = {"start time": start, "end time": end}
    begin, stop = (
        (shot.segment_start_seconds, shot.segment_end_seconds)
        if in_film
        else (shot.story_segment_start_seconds, shot.story_segment_end_seconds)
    )
    if begin is not None and stop is not None:
        values[SPAN_KEY] = f"{text(begin, form.segment_digits[0])}-{text(stop, form.segment_digits[1])}"
    return values
