"""What every aesthetic model keeps, run over all of them; CLIP is tiny and random."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny_clip import WIDTH, write_tiny_clip

from models.aesthetics import AestheticModel, ClassicalConfig, CLIPLinearConfig, Pixels
from pegbar.errors import InputError

Build = Callable[[], AestheticModel]


@pytest.fixture(scope="module")
def clip_config(tmp_path_factory: pytest.TempPathFactory) -> CLIPLinearConfig:
    folder = tmp_path_factory.mktemp("clip")
    save_file({"weight": torch.linspace(-1, 1, WIDTH)[None], "bias": torch.ones(1)}, folder / "head.safetensors")
    return CLIPLinearConfig(clip=write_tiny_clip(folder), head=folder / "head.safetensors", batch=2)


@pytest.fixture(params=["colourfulness", "contrast", "clip_linear"])
def build(request: pytest.FixtureRequest, clip_config: CLIPLinearConfig) -> Build:
    return clip_config.build if request.param == "clip_linear" else ClassicalConfig(measure=request.param).build


def noise(seed: int, height: int = 40, width: int = 50) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def test_every_picture_gets_its_own_number_whatever_stands_beside_it(build: Build) -> None:
    model = build()
    pictures = [noise(1), np.full((20, 20, 3), 200, np.uint8), noise(2, 64, 33)]
    together = model.score(pictures)
    assert together == pytest.approx([model.score([picture])[0] for picture in pictures], abs=1e-5)
    assert len({round(value, 6) for value in together}) == 3
    assert np.isfinite(together).all()
    assert build().score(pictures) == together


def test_no_pictures_no_numbers(build: Build) -> None:
    assert build().score([]) == []


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)], ids=["grey", "float"]
)
def test_what_is_no_picture_is_refused(build: Build, picture: Pixels) -> None:
    with pytest.raises(InputError):
        build().score([picture])
