"""Numbers worked out by hand: colourfulness, contrast, and what a head of linear layers adds up to."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny_clip import WIDTH, write_tiny_clip

from models.aesthetics import ClassicalConfig, CLIPLinearConfig
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_clip(tmp_path_factory.mktemp("clip"))


def test_colourfulness_of_red_beside_green() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[:, 0, 0] = picture[:, 1, 1] = 255
    # rg is 255 and -255: mean 0, deviation 255; yb is 127.5 twice: mean 127.5, deviation 0
    assert ClassicalConfig(measure="colourfulness").build().score([picture]) == pytest.approx([255 + 0.3 * 127.5])


def test_grey_has_no_colour_and_half_black_half_white_has_contrast_one_half() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0] = 255
    assert ClassicalConfig(measure="colourfulness").build().score([picture]) == [0.0]
    assert ClassicalConfig(measure="contrast").build().score([picture]) == [0.5]


def test_layers_follow_one_another_by_number(clip: Path, tmp_path: Path) -> None:
    """With weights of nought the first layer gives its bias (2, 3); the next makes 10 * 2 + 1 * 3 + 0.5 of it."""
    head = tmp_path / "head.safetensors"
    layers = {
        "layers.10.weight": torch.tensor([[10.0, 1.0]]), "layers.10.bias": torch.tensor([0.5]),
        "layers.2.weight": torch.zeros(2, WIDTH), "layers.2.bias": torch.tensor([2.0, 3.0]),
    }  # fmt: skip
    save_file(layers, head)
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    assert CLIPLinearConfig(clip=clip, head=head).build().score([picture]) == pytest.approx([23.5])


def test_the_embedding_has_unit_length_before_the_head(clip: Path, tmp_path: Path) -> None:
    """The eight coordinates, read one by one, are a unit vector."""
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    read = []
    for place in range(WIDTH):
        head = tmp_path / f"{place}.safetensors"
        save_file({"weight": torch.eye(WIDTH)[place : place + 1].clone(), "bias": torch.zeros(1)}, head)
        read += CLIPLinearConfig(clip=clip, head=head).build().score([picture])
    assert np.linalg.norm(read) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "tensors",
    [
        {"weight": torch.zeros(1, WIDTH + 1), "bias": torch.zeros(1)},
        {"weight": torch.zeros(2, WIDTH), "bias": torch.zeros(2)},
        {"weight": torch.zeros(1, WIDTH)},
        {"other": torch.zeros(1)},
    ],
    ids=["wider", "two_numbers", "no_bias", "no_layer"],
)
def test_a_head_that_does_not_fit_is_refused(clip: Path, tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    save_file(tensors, tmp_path / "head.safetensors")
    with pytest.raises(ConfigurationError, match="into one"):
        CLIPLinearConfig(clip=clip, head=tmp_path / "head.safetensors").build()


def test_what_is_not_there_or_damaged_is_said_by_name(clip: Path, tmp_path: Path) -> None:
    head = tmp_path / "head.safetensors"
    with pytest.raises(NotFoundError, match=r"head\.safetensors"):
        CLIPLinearConfig(clip=clip, head=head).build()
    head.write_bytes(b"no tensors")
    with pytest.raises(NotFoundError, match=r"config\.json"):
        CLIPLinearConfig(clip=tmp_path, head=head).build()
    with pytest.raises(IntegrityError, match=r"head\.safetensors"):
        CLIPLinearConfig(clip=clip, head=head).build()
