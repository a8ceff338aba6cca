"""Language clients: a structured answer to text, pictures and films. One file per backend."""

from typing import Annotated

from pydantic import Field

from models.clients.base import Calls, Footage, LanguageClient, Part, Picture, Question, Reply, Text
from models.clients.gemini import GeminiConfig
from models.clients.openai import OpenAIConfig
from models.clients.replay import ReplayConfig
from models.clients.replies import export_replies
from models.clients.transformers import TransformersConfig

ClientConfig = Annotated[OpenAIConfig | GeminiConfig | TransformersConfig | ReplayConfig, Field(discriminator="kind")]

__all__ = [
    "Calls",
    "ClientConfig",
    "Footage",
    "GeminiConfig",
    "LanguageClient",
    "OpenAIConfig",
    "Part",
    "Picture",
    "Question",
    "ReplayConfig",
    "Reply",
    "Text",
    "TransformersConfig",
    "export_replies",
]
