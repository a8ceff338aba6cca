"""Annotation from the script beside a film: told shots are laid over detected ones by largest overlap."""

from typing import Literal

from pydantic import Field

from models.annotators.base import Annotation, AnnotationRequest, ShotNote, StoryNote
from models.annotators.script_form import Script, ScriptReader, ScriptShot
from pegbar.config import Config
from pegbar.records import Character, Scene, Shot, Story

NO_SCRIPT = "no script beside the film"


class ScriptAnnotatorConfig(Config):
    """How a script is laid over a film.

    Args:
        min_coverage: the share of a detected shot that its told shot covers, at least.
        tolerance_seconds: how far a script may reach beyond the film; whole seconds round up by one.
    """

    kind: Literal["script"] = "script"
    min_coverage: float = Field(default=0.5, gt=0, le=1)
    tolerance_seconds: float = Field(default=1.0, ge=0)

    def build(self) -> "ScriptAnnotator":
        """Construct the annotator."""
        return ScriptAnnotator(self)


class ScriptAnnotator:
    """Reads the AnimeShooter form; knows nothing of pixels."""

    name = "script"
    version = 1

    def __init__(self, config: ScriptAnnotatorConfig) -> None:
        self._config = config

    def annotate(self, request: AnnotationRequest) -> Annotation:
        """Return the request's stories and shots, annotated by the script; without one, as they came.

        Raises:
            ScriptError: the script is not the form, contradicts itself or reaches beyond the film.
        """
        if request.script is None:
            return unannotated(request, NO_SCRIPT)
        reader = ScriptReader(request.script)
        scripts = reader.read(request.fps)
        for script in scripts:
            self._check_length(reader, script, request)
        parts = [self._story(story, request, scripts) for story in request.stories]
        return Annotation(
            stories=tuple(part.stories[0] for part in parts),
            shots=tuple(shot for part in parts for shot in part.shots),
            characters=tuple(item for part in parts for item in part.characters),
            scenes=tuple(item for part in parts for item in part.scenes),
            story_notes=tuple(part.story_notes[0] for part in parts),
            shot_notes=tuple(note for part in parts for note in part.shot_notes),
        )

    def _check_length(self, reader: ScriptReader, script: Script, request: AnnotationRequest) -> None:
        for shot in script.shots:
            end = shot.end_seconds + script.offset_seconds
            if end > request.duration_seconds + self._config.tolerance_seconds:
                raise reader.wrong(
                    f"shot {shot.number}",
                    f"ends at {end:g} s, but {request.film_name} lasts {request.duration_seconds:.3f} s",
                )

    def _story(self, story: Story, request: AnnotationRequest, scripts: tuple[Script, ...]) -> Annotation:
        """Annotate one story from the script that covers most of it."""
        script = max(scripts, key=lambda script: _covered(story.start_seconds, story.end_seconds, script))
        shots = [shot for shot in request.shots if shot.story_id == story.story_id]
        told = [(shot, *_best(shot, script)) for shot in shots]
        used = [best for _, best, share in told if best is not None and share >= self._config.min_coverage]
        problem = _problem(used)
        if problem:
            return _left_alone(story, shots, problem)
        cast = {name for best in used for name in best.character_names}
        places = {best.scene_name for best in used}
        names = [item for item in script.characters if item.name in cast]
        sites = [item for item in script.scenes if item.name in places]
        character_ids = {item.name: f"{story.story_id}-c{number}" for number, item in enumerate(names)}
        scene_ids = {item.name: f"{story.story_id}-p{number}" for number, item in enumerate(sites)}
        annotated = [self._shot(shot, best, share, character_ids, scene_ids) for shot, best, share in told]
        return Annotation(
            stories=(story.model_copy(update={"storyline": script.storyline, "is_annotated": True}),),
            shots=tuple(shot for shot, _ in annotated),
            characters=tuple(
                Character(
                    character_id=character_ids[item.name],
                    story_id=story.story_id,
                    name=item.name,
                    appearance=item.appearance,
                )
                for item in names
            ),
            scenes=tuple(
                Scene(
                    scene_id=scene_ids[item.name],
                    story_id=story.story_id,
                    name=item.name,
                    environment=item.environment,
                )
                for item in sites
            ),
            story_notes=(StoryNote(story_id=story.story_id),),
            shot_notes=tuple(note for _, note in annotated),
        )

    def _shot(
        self,
        shot: Shot,
        best: ScriptShot | None,
        share: float,
        character_ids: dict[str, str],
        scene_ids: dict[str, str],
    ) -> tuple[Shot, ShotNote]:
        if best is None or share < self._config.min_coverage:
            reason = f"the script covers {share:.0%} of it, {self._config.min_coverage:.0%} are needed"
            return shot.model_copy(update={"kept": False}), ShotNote(
                shot_id=shot.shot_id, coverage=share, reason=reason
            )
        fields = {
            "scene_id": scene_ids[best.scene_name] if best.scene_name else None,
            "character_ids": tuple(character_ids[name] for name in best.character_names),
            "plot": best.plot,
            "caption": best.caption,
            "is_prologue_or_epilogue": best.is_prologue_or_epilogue,
        }
        note = ShotNote(shot_id=shot.shot_id, coverage=share, extra={**best.extra, "script shot": best.number})
        return shot.model_copy(update=fields), note


def unannotated(request: AnnotationRequest, reason: str) -> Annotation:
    """Return the request's stories as they came, each with the reason."""
    parts = [
        _left_alone(story, [shot for shot in request.shots if shot.story_id == story.story_id], reason)
        for story in request.stories
    ]
    return Annotation(
        stories=request.stories,
        shots=tuple(shot for part in parts for shot in part.shots),
        characters=(),
        scenes=(),
        story_notes=tuple(part.story_notes[0] for part in parts),
        shot_notes=(),
    )


def _left_alone(story: Story, shots: list[Shot], reason: str) -> Annotation:
    return Annotation(
        stories=(story,),
        shots=tuple(shots),
        characters=(),
        scenes=(),
        story_notes=(StoryNote(story_id=story.story_id, reason=reason),),
        shot_notes=(),
    )


def _problem(used: list[ScriptShot]) -> str:
    if not used:
        return "the script covers none of its shots"
    if not any(shot.character_names for shot in used):
        return "no main character appears in it"
    if not any(shot.scene_name for shot in used):
        return "no main scene appears in it"
    return ""


def _best(shot: Shot, script: Script) -> tuple[ScriptShot | None, float]:
    """Return the told shot with the largest overlap, and the share of the detected shot it covers."""
    length = shot.end_seconds - shot.start_seconds
    best, most = None, 0.0
    for told in script.shots:
        start, end = told.start_seconds + script.offset_seconds, told.end_seconds + script.offset_seconds
        overlap = min(end, shot.end_seconds) - max(start, shot.start_seconds)
        if overlap > most:
            best, most = told, overlap
    return best, min(1.0, most / length) if length > 0 else 0.0


def _covered(start: float, end: float, script: Script) -> float:
    """Return how many seconds of a stretch the script tells."""
    offset = script.offset_seconds
    return sum(
        max(0.0, min(end, shot.end_seconds + offset) - max(start, shot.start_seconds + offset)) for shot in script.shots
    )
