"""The form pegbar tells a film in: the paper's keys in the paper's order, then whatever else was told."""

from collections.abc import Iterable

from models.annotators.script_values import plain_key
from tasks.curation.release.keys import ObjectForm
from tasks.curation.release.records import ReleaseFilm, ReleaseStory, ShotForm, StoryForm
from tasks.curation.release.values import SPAN_KEY

FILM_KEYS = ("video ID", "url", "fps", "segments")
SEGMENT_KEYS = ("start frame index", "end frame index", "reference images", "reference masks", "story script")
SCRIPT_KEYS = ("storyline", "main characters", "main scenes", "shots")
CHARACTER_KEYS = ("ID", "appearance")
SCENE_KEYS = ("ID", "environment")
VISUAL_KEYS = ("narrative caption", "descriptive caption")
AUDIO_SUBSET_VISUAL_KEYS = ("plot", "caption")
AUDIO_KEYS = ("type", "sound description", "visual context")
MARGIN_KEY = "is_prologue_or_epilogue"
SHOT_KEYS = (
    "start time", "end time", SPAN_KEY, MARGIN_KEY, "main characters", "scene", "visual annotation", "audio annotation",
)  # fmt: skip
FLAT_CAPTION_KEYS = ("plot", "caption")
NOTHING_TOLD = ObjectForm(keys=())
NOTHING_TOLD_OF_SHOT = ShotForm(whole=NOTHING_TOLD)


def in_own_form(film: ReleaseFilm) -> ReleaseFilm:
    """Return the film in pegbar's form: known keys follow the records, unknown ones stay, unread parts are left out."""
    return film.model_copy(
        update={
            "form": _form(FILM_KEYS, film.form),
            "stories": tuple(_story(story) for story in film.stories),
            "unread_segments": {},
        }
    )


def untold(num_shots: int, num_characters: int, num_scenes: int) -> StoryForm:
    """Return the form of a story that nobody told yet."""
    return StoryForm(
        segment=NOTHING_TOLD,
        script=NOTHING_TOLD,
        characters=(NOTHING_TOLD,) * num_characters,
        scenes=(NOTHING_TOLD,) * num_scenes,
        shots=(NOTHING_TOLD_OF_SHOT,) * num_shots,
    )


def _story(story: ReleaseStory) -> ReleaseStory:
    told = story.form
    empty = {key for key, value in (("reference masks", story.reference_masks),) if value == "null"}
    sounding = {sound.first_shot for sound in story.audio_shots}
    shots = []
    for shot, form in zip(story.shots, told.shots, strict=True):
        has_sound = shot.index in sounding
        unsaid = {
            key
            for key, is_said in (
                (SPAN_KEY, shot.segment_start_seconds is not None),
                (MARGIN_KEY, shot.is_prologue_or_epilogue),
                ("audio annotation", has_sound),
            )
            if not is_said
        }
        visual_keys = AUDIO_SUBSET_VISUAL_KEYS if has_sound else VISUAL_KEYS
        shots.append(
            form.model_copy(
                update={
                    "whole": _form(SHOT_KEYS, form.whole, unsaid, FLAT_CAPTION_KEYS),
                    "visual": _form(visual_keys, form.visual, (), (*VISUAL_KEYS, *AUDIO_SUBSET_VISUAL_KEYS)),
                    "audio": _form(AUDIO_KEYS, form.audio) if has_sound else None,
                }
            )
        )
    own = StoryForm(
        segment=_form(SEGMENT_KEYS, told.segment, empty),
        script=_form(SCRIPT_KEYS, told.script),
        characters=tuple(_form(CHARACTER_KEYS, item) for item in told.characters),
        scenes=tuple(_form(SCENE_KEYS, item) for item in told.scenes),
        shots=tuple(shots),
    )
    return story.model_copy(update={"form": own})


def _form(
    keys: tuple[str, ...], told: ObjectForm | None, unsaid: Iterable[str] = (), aliases: Iterable[str] = ()
) -> ObjectForm:
    """Return `keys` but for those unsaid, then the unknown ones that were told; `aliases` are known too."""
    known = {plain_key(key) for key in (*keys, *aliases)}
    extra = {key: value for key, value in (told or NOTHING_TOLD).extra.items() if plain_key(key) not in known}
    left_out = set(unsaid)
    return ObjectForm(keys=(*(key for key in keys if key not in left_out), *extra), extra=extra)
