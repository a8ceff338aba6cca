"""A new story from a registered model."""

from pathlib import Path

from prefect import flow

from pegbar.config import Config
from tasks.context import RunContext
from tasks.studio.generate import GenerateConfig, GeneratedStory
from tasks.studio.generate import generate as generate_story
from tasks.studio.story import StoryRequest


class Request(Config):
    """Which model (``NAME@champion``), which story, and where its files go."""

    model: str
    story: StoryRequest
    config: GenerateConfig = GenerateConfig()
    out: Path


@flow(name="generate")
def generate(context: RunContext, request: Request) -> GeneratedStory:
    """Generate the story once and leave its files in the folder asked for."""
    return generate_story(context, request.model, request.story, request.config, request.out)
