"""Annotation from the script beside a film, in the AnimeShooter or the MovieAgent form."""

from typing import Literal

from models.annotators.base import Annotation, AnnotationRequest
from models.annotators.laying import LayingConfig, joined, lay, unannotated
from models.annotators.movieagent_form import MovieAgentReader, is_movieagent
from models.annotators.script_form import AnimeShooterReader, Script
from models.annotators.script_values import ValueReader
from models.clients.base import Calls
from pegbar.config import Config
from pegbar.records import Story

NO_SCRIPT = "no script beside the film"


class ScriptAnnotatorConfig(Config):
    """How a script is laid over a film."""

    kind: Literal["script"] = "script"
    laying: LayingConfig = LayingConfig()

    def build(self, calls: Calls) -> "ScriptAnnotator":  # noqa: ARG002 - every annotator is built alike
        """Return the annotator; it calls nobody."""
        return ScriptAnnotator(self)


class ScriptAnnotator:
    """Reads what somebody wrote beside the film; knows nothing of pixels."""

    name = "script"
    version = 2

    def __init__(self, config: ScriptAnnotatorConfig) -> None:
        self._config = config

    def annotate(self, request: AnnotationRequest) -> Annotation:
        """Return the request's stories and shots, annotated by the script; without one, as they came.

        Raises:
            ScriptError: the script is of no form, or contradicts itself.
        """
        if request.script is None:
            return unannotated(request, NO_SCRIPT)
        name = request.script.name
        value = ValueReader(name).load(request.script)
        if is_movieagent(value):
            scripts = MovieAgentReader(name).film(value, request)
        else:
            told = AnimeShooterReader(name).film(value, request.fps)
            scripts = tuple(max(told, key=lambda script: _covered(story, script)) for story in request.stories)
        pairs = zip(request.stories, scripts, strict=True)
        return joined(lay(story, request, script, self._config.laying) for story, script in pairs)


def _covered(story: Story, script: Script) -> float:
    """Return how many seconds of a story the script tells."""
    spans = (script.film_span(shot) for shot in script.shots)
    return sum(max(0.0, min(story.end_seconds, end) - max(story.start_seconds, start)) for start, end in spans)
