"""A film's stories, told: shots grouped into stories, and the script laid over them."""

from collections.abc import Iterable
from pathlib import Path

from models.annotators import (
    Annotation,
    AnnotationRequest,
    Annotator,
    AnnotatorConfig,
    ScriptAnnotatorConfig,
    ShotNote,
    StoryNote,
    unannotated,
)
from models.clients import Calls
from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.errors import ScriptError
from pegbar.records import Decision, Record, Shot
from pegbar.steps import Facts, Step
from tasks.curation import stories
from tasks.curation.detection.detect import Detection, SegmentSpan
from tasks.curation.sources.sidecars import SCRIPT_SUFFIX, sidecar_name
from tasks.curation.sources.source_film import SourceFilm
from tasks.curation.stories import StoriesConfig, build_stories
from tasks.curation.story_media import FilmStoryMedia, StoryClipsConfig

STEP = Step(name="annotate", version=3)
GATE = "annotate"
OUTPUT = "annotation.json"
MAX_NOTES = 5  # of one story or shot, in a decision


class AnnotateConfig(Config):
    """How shots become stories, and what tells them."""

    stories: StoriesConfig = StoriesConfig()
    annotator: AnnotatorConfig = ScriptAnnotatorConfig()
    story_clips: StoryClipsConfig = StoryClipsConfig()


class AnnotatedFilm(Record):
    """A film's annotation and this gate's decisions on the film, its stories and its shots."""

    annotation: Annotation
    decisions: tuple[Decision, ...]


def annotate(
    artifacts: Artifacts, film: SourceFilm, sha256: str, surveyed: Manifest, detected: Manifest, found: Detection,
    config: AnnotateConfig, calls: Calls,
) -> tuple[Manifest, AnnotatedFilm]:  # fmt: skip
    """Annotate a film, or find that done; a wrong script leaves its stories unannotated, with the reason.

    Raises:
        ProviderError, CallBudgetError: see `Annotator`. MediaError: the film does not decode for a model that watches.
    """
    annotator = config.annotator.build(calls)

    def make(folder: Path) -> Facts:
        request = _request(artifacts, film, sha256, surveyed, found, config)
        try:
            annotation, problem = annotator.annotate(request), ""
        except ScriptError as error:
            annotation, problem = unannotated(request, f"its script is refused: {error.what}"), error.what
        decisions = tuple(_decisions(film, annotation, problem, annotator))
        (folder / OUTPUT).write_bytes(AnnotatedFilm(annotation=annotation, decisions=decisions).to_json())
        return {"num_annotated": sum(story.is_annotated for story in annotation.stories)}

    inputs = {
        "film": film.item_id,
        "name": film.name,
        "script": film.script_sha256 or "none",
        "detection": detected.digest,
        "stories": str(stories.STEP.version),
        "annotator": f"{annotator.name}-{annotator.version}",
    }
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, AnnotatedFilm.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())


def _request(
    artifacts: Artifacts, film: SourceFilm, sha256: str, surveyed: Manifest, found: Detection, config: AnnotateConfig
) -> AnnotationRequest:
    told, shots = build_stories(film.item_id, found.shot_list, config.stories)
    shots = [_with_segment(shot, span) for shot, span in zip(shots, found.segments, strict=True)]
    script = None
    if film.script_sha256 is not None:
        script = artifacts.scratch / "scripts" / film.script_sha256 / sidecar_name(film.name, SCRIPT_SUFFIX)
        script.parent.mkdir(parents=True, exist_ok=True)
        artifacts.store.fetch_member(film.script_sha256, script)
    return AnnotationRequest(
        film_name=film.name,
        duration_seconds=found.shot_list.duration_seconds,
        fps=found.shot_list.fps,
        stories=tuple(told),
        shots=tuple(shots),
        script=script,
        media=FilmStoryMedia(artifacts, film, sha256, surveyed, told, config.story_clips),
    )


def _with_segment(shot: Shot, span: SegmentSpan | None) -> Shot:
    """Return the shot with the segment that stands for it, in film time and in story time."""
    if span is None:
        return shot
    offset = shot.start_seconds - shot.story_start_seconds
    return shot.model_copy(
        update={
            "segment_start_seconds": span.start_seconds,
            "segment_end_seconds": span.end_seconds,
            "story_segment_start_seconds": round(span.start_seconds - offset, 6),
            "story_segment_end_seconds": round(span.end_seconds - offset, 6),
        }
    )


def _decisions(film: SourceFilm, annotation: Annotation, problem: str, annotator: Annotator) -> Iterable[Decision]:
    """Yield the last word on the film, on every story, and on every shot of an annotated story."""
    by = {"backend": annotator.name, "version": annotator.version}
    whole = Decision(item_id=film.item_id, item_kind="film", gate=GATE, outcome="kept", **by)
    reasons = [note.reason for note in annotation.story_notes]
    if problem:
        whole = whole.model_copy(update={"outcome": "failed_permanent", "reason": problem})
    elif reasons and all(reasons):
        whole = whole.model_copy(update={"outcome": "rejected", "reason": reasons[0]})
    yield whole
    for note in annotation.story_notes:
        yield Decision(
            item_id=note.story_id,
            item_kind="story",
            gate=GATE,
            outcome="rejected" if note.reason else "kept",
            reason=_in_words(note),
            **by,
        )
    for shot in annotation.shot_notes:
        yield Decision(
            item_id=shot.shot_id,
            item_kind="shot",
            gate=GATE,
            outcome="rejected" if shot.reason else "kept",
            score=shot.coverage,
            reason=_in_words(shot),
            **by,
        )


def _in_words(note: StoryNote | ShotNote) -> str:
    """Return why something is rejected, or what is off with what is kept."""
    left = len(note.notes) - MAX_NOTES
    more = [f"and {left} more"] if left > 0 else []
    return "; ".join([*filter(None, [note.reason]), *note.notes[:MAX_NOTES], *more])
