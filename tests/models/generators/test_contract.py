"""One contract for every story generator."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from small_training import VIDEO, picture

from models.animeshooter.model import AnimeShooter
from models.animeshooter.storage import pack_model, save_model
from models.generators import AnimeShooterGeneratorConfig, GeneratorConfig, StillGeneratorConfig
from models.generators.base import StoryGenerator
from pegbar.errors import InputError, NotFoundError


@pytest.fixture(params=["animeshooter", "still"])
def generator(request: pytest.FixtureRequest, model: AnimeShooter, base_folder: Path, tmp_path: Path) -> StoryGenerator:
    if request.param == "still":
        return StillGeneratorConfig(video=VIDEO).build()
    save_model(model, tmp_path / "model", stage="condition-alignment", data_digest="d")
    packed = pack_model(tmp_path / "model", base_folder, tmp_path / "packed")
    return AnimeShooterGeneratorConfig(model=packed, num_inference_steps=2, guidance_scale=3.0).build()


def test_one_shot_of_the_promised_shape_per_caption(generator: StoryGenerator) -> None:
    shots = generator.generate(picture(height=90, width=30), ["a fox walks", "", "it sleeps \U0001f98a"], seed=1)
    shape = (generator.frames_per_shot, generator.height, generator.width, 3)
    assert [(shot.shape, shot.dtype) for shot in shots] == [(shape, np.uint8)] * 3
    assert shape == (9, 32, 32, 3)
    assert generator.fps == 8


def test_the_same_seed_gives_the_same_frames(generator: StoryGenerator) -> None:
    first, second = (generator.generate(picture(), ["a fox"], seed=2) for _ in range(2))
    assert np.array_equal(first[0], second[0])


@pytest.mark.parametrize("reference", [picture()[..., :2], picture()[0], picture() / 255.0, picture()[:0]])
def test_a_reference_that_is_no_picture_is_refused(generator: StoryGenerator, reference: np.ndarray) -> None:
    with pytest.raises(InputError, match="reference"):
        generator.generate(reference, ["a fox"], seed=0)


def test_a_story_without_captions_is_refused(generator: StoryGenerator) -> None:
    with pytest.raises(InputError, match="without captions"):
        generator.generate(picture(), [], seed=0)


def test_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="'animeshooter', 'still'"):
        TypeAdapter(GeneratorConfig).validate_python({"kind": "sora"})


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no model in"):
        AnimeShooterGeneratorConfig(model=tmp_path / "nothing").build()
