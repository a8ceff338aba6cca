"""A registered model as MLflow sees it: one story in, its frames out. Nothing in it is pickled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.pyfunc import PythonModel, PythonModelContext
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import Array
from numpy.typing import NDArray
from pydantic import JsonValue, TypeAdapter, ValidationError

from models.animeshooter.config import SamplerConfig
from models.generators import GeneratorConfig
from models.generators.animeshooter import AnimeShooterGenerator
from models.generators.base import StoryGenerator
from pegbar.errors import ConfigurationError, InputError
from tasks.evaluation.card import VideoFacts
from tasks.evaluation.generation import stacked
from tasks.evaluation.stories import decode_picture
from tasks.registry.source import GeneratorSource


class StoryModel(PythonModel):  # type: ignore[misc]
    """Builds the generator from the folders and settings in the model's own folder."""

    def load_context(self, context: PythonModelContext) -> None:
        """Build the generator once per load."""
        source = source_of(context.model_config["generator"], context.artifacts)
        self._generator: StoryGenerator = source.build()

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> NDArray[np.uint8]:
        """Return the frames of one story (shots, F, H, W, 3).

        Args:
            model_input: one row: `reference_png` (bytes of a PNG or JPEG), `captions`, `seed`.
            params: sampler settings for this call.

        Raises:
            InputError: not exactly one row.
        """
        if len(model_input) != 1:
            raise InputError(f"{len(model_input)} stories in one call", remedy="ask for one story at a time")
        row = model_input.iloc[0]
        captions = tuple(str(caption) for caption in row["captions"])
        reference = decode_picture(bytes(row["reference_png"]), "the reference")
        shots = self._with(params or {}).generate(reference, captions, int(row["seed"]))
        return stacked(shots, len(captions))

    def _with(self, params: dict[str, Any]) -> StoryGenerator:
        """Return the generator, with another sampler where the call asks for one; weights stay loaded."""
        if not params or not isinstance(self._generator, AnimeShooterGenerator):
            return self._generator
        return AnimeShooterGenerator(self._generator.model, self._generator.sampler.but(**params))


def source_of(settings: dict[str, JsonValue], parts: Mapping[str, str | Path]) -> GeneratorSource:
    """Return the configuration of a registered generator, on the folders that came with it.

    Raises:
        ConfigurationError: this pegbar knows no such generator or setting.
    """
    fields = {**settings, **{name: Path(folder) for name, folder in parts.items()}}
    try:
        source: GeneratorSource = TypeAdapter(GeneratorConfig).validate_python(fields)
    except ValidationError as error:
        raise ConfigurationError.from_validation("generator", error) from error
    return source


def signature_of(settings: dict[str, JsonValue], video: VideoFacts) -> ModelSignature:
    """Describe what the model takes and gives; parameters are the sampler's settings with their defaults."""
    params = [
        ParamSpec(name, DataType.integer if isinstance(value, int) else DataType.double, value)
        for name in SamplerConfig.model_fields
        if isinstance(value := settings.get(name), int | float)
    ]
    columns = [
        ColSpec(DataType.binary, "reference_png"),
        ColSpec(Array(DataType.string), "captions"),
        ColSpec(DataType.long, "seed"),
    ]
    shape = (-1, video.frames_per_shot, video.height, video.width, 3)
    frames = TensorSpec(np.dtype(np.uint8), shape, "frames")
    return ModelSignature(inputs=Schema(columns), outputs=Schema([frames]), params=ParamSchema(params))
