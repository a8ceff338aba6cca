"""The effects of every audio shot, told: what the annotator says of it, and the decision that says how."""

from collections.abc import Sequence

from models.annotators import StoryMedia
from models.sound_annotators import SoundAnnotator, SoundRequest
from pegbar.records import AudioShot, Decision, Shot, Story
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.sound.stories import GATE, AudioShotSet
from tasks.curation.sound.table import SoundTable
from tasks.curation.sound.traits import TraitsConfig, traits_of

ANNOTATION_GATE = "audio_annotation"


def stretches_of(audio_shots: Sequence[AudioShot]) -> tuple[Story, ...]:
    """Return the stretch of the film that each audio shot is, in the form in which media are asked for."""
    return tuple(
        Story(
            story_id=shot.audio_shot_id,
            film_id=shot.film_id,
            index=number,
            start_seconds=shot.start_seconds,
            end_seconds=shot.end_seconds,
            num_shots=shot.last_shot - shot.first_shot + 1,
        )
        for number, shot in enumerate(audio_shots)
    )


def noted(
    parts: AudioShotSet, told: AnnotatedFilm, table: SoundTable, annotator: SoundAnnotator, media: StoryMedia,
    config: TraitsConfig,
) -> AudioShotSet:  # fmt: skip
    """Return the audio shots with their sounds told, and two more decisions on each: its own, and how it is told.

    Raises:
        ProviderError, CallBudgetError: see `SoundAnnotator`.
    """
    found, decisions = [], list(parts.decisions)
    for audio_shot, stretch in zip(parts.audio_shots, stretches_of(parts.audio_shots), strict=True):
        note = annotator.annotate(_request(audio_shot, stretch, told, table, media, config))
        found.append(audio_shot.model_copy(update=note.model_dump(exclude={"reason"})))
        decisions += [_kept(audio_shot, told), _noted(audio_shot, note.sound_type, note.reason, annotator)]
    return AudioShotSet(audio_shots=tuple(found), decisions=tuple(decisions))


def _request(
    audio_shot: AudioShot, stretch: Story, told: AnnotatedFilm, table: SoundTable, media: StoryMedia,
    config: TraitsConfig,
) -> SoundRequest:  # fmt: skip
    annotation = told.annotation
    notes = {note.shot_id: note.extra for note in annotation.shot_notes}
    return SoundRequest(
        story=next(story for story in annotation.stories if story.story_id == audio_shot.story_id),
        audio_shot=audio_shot,
        characters=tuple(who for who in annotation.characters if who.story_id == audio_shot.story_id),
        scenes=tuple(place for place in annotation.scenes if place.story_id == audio_shot.story_id),
        traits=traits_of(table.between(audio_shot.start_seconds, audio_shot.end_seconds), config),
        told=tuple(notes.get(shot.shot_id, {}) for shot in _shots_of(audio_shot, told)),
        stretch=stretch,
        media=media,
    )


def _shots_of(audio_shot: AudioShot, told: AnnotatedFilm) -> list[Shot]:
    return [
        shot
        for shot in told.annotation.shots
        if shot.story_id == audio_shot.story_id and audio_shot.first_shot <= shot.index <= audio_shot.last_shot
    ]


def _kept(audio_shot: AudioShot, told: AnnotatedFilm) -> Decision:
    """Return whether the audio shot is kept: it is if all its shots are."""
    rejected = [shot.shot_id for shot in _shots_of(audio_shot, told) if not shot.kept]
    return Decision(
        item_id=audio_shot.audio_shot_id,
        item_kind="audio_shot",
        gate=GATE,
        outcome="rejected" if rejected else "kept",
        reason=f"rejected shots are in it: {', '.join(rejected)}" if rejected else "",
    )


def _noted(audio_shot: AudioShot, sound_type: str | None, reason: str, annotator: SoundAnnotator) -> Decision:
    return Decision(
        item_id=audio_shot.audio_shot_id,
        item_kind="audio_shot",
        gate=ANNOTATION_GATE,
        outcome="kept" if sound_type else "rejected",
        reason=reason,
        backend=annotator.name,
        version=annotator.version,
    )
