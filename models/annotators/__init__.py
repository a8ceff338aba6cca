"""Annotators: what tells the story of a film's shots. One file per backend."""

from models.annotators.base import Annotation, AnnotationRequest, Annotator, ShotNote, StoryNote
from models.annotators.script import ScriptAnnotatorConfig, unannotated

AnnotatorConfig = ScriptAnnotatorConfig

__all__ = [
    "Annotation",
    "AnnotationRequest",
    "Annotator",
    "AnnotatorConfig",
    "ScriptAnnotatorConfig",
    "ShotNote",
    "StoryNote",
    "unannotated",
]
