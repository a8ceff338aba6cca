"""A story's script laid over its detected shots: each takes what is told of the shot it overlaps most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from models.annotators.base import Annotation, AnnotationRequest, ShotNote, StoryNote
from models.annotators.casting import Casting, cast_of
from models.annotators.rules import Finding, ScriptRules, Stretch
from models.annotators.script_form import Script, ScriptShot
from models.annotators.segments import told_segment
from pegbar.config import Config
from pegbar.records import Character, Scene, Shot, Story


class LayingConfig(Config):
    """How a script is laid over shots.

    Args:
        min_coverage: the share of a detected shot that its told shot covers, at least.
    """

    min_coverage: float = Field(default=0.5, gt=0, le=1)
    rules: ScriptRules = ScriptRules()


@dataclass(frozen=True)
class Laid:
    """One detected shot, the told shot it overlaps most, and the share of the detected one that this covers."""

    shot: Shot
    told: ScriptShot | None
    coverage: float


@dataclass(frozen=True)
class Ids:
    """The ids of a story's main characters and scenes, by their names."""

    characters: dict[str, str]
    scenes: dict[str, str]


def lay(story: Story, request: AnnotationRequest, script: Script, config: LayingConfig) -> Annotation:
    """Return one story and its shots, annotated by its script; with the reason where that cannot be."""
    shots = shots_of(request, story)
    findings = config.rules.findings(script, stretch_of(request, story), request.film_name)
    dropped = {finding.shot for finding in findings if finding.is_fatal}
    laid = [_best(shot, script, dropped) for shot in shots]
    used = [(one.shot, one.told) for one in laid if one.told is not None and one.coverage >= config.min_coverage]
    cast = cast_of(script, used, config.rules.max_characters)
    notes = (*script.notes, *_story_notes(findings), *filter(None, [cast.note]))
    problem = _problem(findings, [told for _, told in used])
    if problem:
        return left_alone(story, shots, problem, notes)
    places = {told.scene_name for _, told in used}
    sites = [item for item in script.scenes if item.name in places]
    ids = Ids(
        characters={item.name: f"{story.story_id}-c{number}" for number, item in enumerate(cast.main)},
        scenes={item.name: f"{story.story_id}-p{number}" for number, item in enumerate(sites)},
    )
    annotated = [_annotated(one, script, findings, cast, ids, config) for one in laid]
    return Annotation(
        stories=(story.model_copy(update={"storyline": script.storyline, "is_annotated": True}),),
        shots=tuple(shot for shot, _ in annotated),
        characters=tuple(
            Character(
                character_id=ids.characters[item.name],
                story_id=story.story_id,
                name=item.name,
                appearance=item.appearance,
            )
            for item in cast.main
        ),
        scenes=tuple(
            Scene(scene_id=ids.scenes[item.name], story_id=story.story_id, name=item.name, environment=item.environment)
            for item in sites
        ),
        story_notes=(StoryNote(story_id=story.story_id, notes=notes),),
        shot_notes=tuple(note for _, note in annotated),
    )


def left_alone(story: Story, shots: Sequence[Shot], reason: str, notes: tuple[str, ...] = ()) -> Annotation:
    """Return a story and its shots as they came, with the reason."""
    return Annotation(
        stories=(story,),
        shots=tuple(shots),
        characters=(),
        scenes=(),
        story_notes=(StoryNote(story_id=story.story_id, reason=reason, notes=notes),),
        shot_notes=(),
    )


def unannotated(request: AnnotationRequest, reason: str) -> Annotation:
    """Return the request's stories as they came, each with the reason."""
    return joined(left_alone(story, shots_of(request, story), reason) for story in request.stories)


def joined(parts: Iterable[Annotation]) -> Annotation:
    """Return the annotation of a film from those of its stories, in order."""
    told = list(parts)
    return Annotation(
        stories=tuple(story for part in told for story in part.stories),
        shots=tuple(shot for part in told for shot in part.shots),
        characters=tuple(character for part in told for character in part.characters),
        scenes=tuple(scene for part in told for scene in part.scenes),
        story_notes=tuple(note for part in told for note in part.story_notes),
        shot_notes=tuple(note for part in told for note in part.shot_notes),
    )


def shots_of(request: AnnotationRequest, story: Story) -> list[Shot]:
    """Return a story's detected shots."""
    return [shot for shot in request.shots if shot.story_id == story.story_id]


def stretch_of(request: AnnotationRequest, story: Story) -> Stretch:
    """Return the part of the film that a story is."""
    return Stretch(
        start_seconds=story.start_seconds,
        end_seconds=story.end_seconds,
        film_seconds=request.duration_seconds,
        is_last=story.story_id == request.stories[-1].story_id,
    )


def _story_notes(findings: Sequence[Finding]) -> list[str]:
    """Return what is off with the story, and which told shots are left out."""
    off = [str(finding) for finding in findings if finding.shot is None and not finding.is_fatal]
    return off + [f"{finding}: left out" for finding in findings if finding.shot is not None and finding.is_fatal]


def _problem(findings: Sequence[Finding], used: Sequence[ScriptShot]) -> str:
    fatal = [finding.message for finding in findings if finding.is_fatal and finding.shot is None]
    if fatal:
        return "; ".join(fatal)
    if not used:
        return "the script covers none of its shots"
    if not any(shot.character_names for shot in used):
        return "no main character appears in it"
    if not any(shot.scene_name for shot in used):
        return "no main scene appears in it"
    return ""


def _best(shot: Shot, script: Script, dropped: set[int | None]) -> Laid:
    """Find the told shot with the largest overlap; the earliest of equals."""
    length = shot.end_seconds - shot.start_seconds
    best, most = None, 0.0
    for told in script.shots:
        start, end = script.film_span(told)
        overlap = min(end, shot.end_seconds) - max(start, shot.start_seconds)
        if overlap > most and told.number not in dropped:
            best, most = told, overlap
    return Laid(shot, best, min(1.0, most / length) if length > 0 else 0.0)


def _annotated(
    laid: Laid, script: Script, findings: Sequence[Finding], cast: Casting, ids: Ids, config: LayingConfig
) -> tuple[Shot, ShotNote]:
    shot, told = laid.shot, laid.told
    if told is None or laid.coverage < config.min_coverage:
        reason = f"the script covers {laid.coverage:.0%} of it, {config.min_coverage:.0%} are needed"
        return shot.model_copy(update={"kept": False}), ShotNote(
            shot_id=shot.shot_id, coverage=laid.coverage, reason=reason
        )
    own = [finding for finding in findings if finding.shot == told.number]
    is_sound = not any(finding.rule == "segment" for finding in own)
    segment, segment_note = told_segment(shot, told, script.offset_seconds) if is_sound else ({}, "")
    minor = [name for name in told.character_names if name in cast.minor]
    fields = {
        "scene_id": ids.scenes[told.scene_name] if told.scene_name else None,
        "character_ids": tuple(ids.characters[name] for name in told.character_names if name in ids.characters),
        "plot": told.plot,
        "caption": told.caption,
        "is_prologue_or_epilogue": told.is_prologue_or_epilogue,
    }
    note = ShotNote(
        shot_id=shot.shot_id,
        coverage=laid.coverage,
        notes=(*(f"the script's shot {finding.message}" for finding in own), *filter(None, [segment_note])),
        extra={**told.extra, "script shot": told.number, **({"minor characters": minor} if minor else {})},
    )
    return shot.model_copy(update=fields | segment), note
