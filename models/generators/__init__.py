"""The role of whoever makes a story's shots from a reference picture and captions."""

from typing import Annotated

from pydantic import Field

from models.generators.animeshooter import AnimeShooterGeneratorConfig
from models.generators.still import StillGeneratorConfig

GeneratorConfig = Annotated[AnimeShooterGeneratorConfig | StillGeneratorConfig, Field(discriminator="kind")]

__all__ = ["AnimeShooterGeneratorConfig", "GeneratorConfig", "StillGeneratorConfig"]
