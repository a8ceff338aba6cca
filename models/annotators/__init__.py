"""Annotators: what tells the story of a film's shots. One file per backend."""

from typing import Annotated

from pydantic import Field

from models.annotators.base import (
    Annotation,
    AnnotationRequest,
    Annotator,
    SeenPicture,
    ShotNote,
    StoryMedia,
    StoryNote,
)
from models.annotators.language import LanguageAnnotatorConfig
from models.annotators.laying import LayingConfig, unannotated
from models.annotators.script import ScriptAnnotatorConfig

AnnotatorConfig = Annotated[ScriptAnnotatorConfig | LanguageAnnotatorConfig, Field(discriminator="kind")]

__all__ = [
    "Annotation",
    "AnnotationRequest",
    "Annotator",
    "AnnotatorConfig",
    "StoryMedia",
    "LanguageAnnotatorConfig",
    "LayingConfig",
    "ScriptAnnotatorConfig",
    "SeenPicture",
    "ShotNote",
    "StoryNote",
    "unannotated",
]
