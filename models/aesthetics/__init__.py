"""Aesthetics: what scores how a picture looks. Off unless configured; one file per backend."""

from typing import Annotated

from pydantic import Field

from models.aesthetics.base import AestheticModel, Pixels
from models.aesthetics.classical import ClassicalConfig
from models.aesthetics.clip_linear import CLIPLinearConfig

AestheticConfig = Annotated[ClassicalConfig | CLIPLinearConfig, Field(discriminator="kind")]

__all__ = ["AestheticConfig", "AestheticModel", "CLIPLinearConfig", "ClassicalConfig", "Pixels"]
