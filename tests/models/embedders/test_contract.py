"""What every embedder keeps, run over all of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.embedders import ColourShapeHistogramConfig, EmbedderConfig
from pegbar.errors import InputError

CONFIGS = [ColourShapeHistogramConfig(), ColourShapeHistogramConfig(side=16, cells=2, colour_share=0.0)]
configs = pytest.mark.parametrize("config", CONFIGS, ids=["default", "shape_only"])


def noise(seed: int, height: int = 20, width: int = 30) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (1, height, width, 3), np.uint8)


@configs
@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 40), width=st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_vectors_are_unit_and_cosines_lie_in_0_to_1(config: EmbedderConfig, seed: int, height: int, width: int) -> None:
    images = np.concatenate([noise(seed, height, width), np.zeros((1, height, width, 3), np.uint8)])
    vectors = config.build().embed(images)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (vectors @ vectors.T >= 0).all()


@configs
def test_a_picture_is_most_like_itself_whatever_its_batch(config: EmbedderConfig) -> None:
    embedder = config.build()
    images = np.concatenate([noise(1), noise(2), np.full((1, 20, 30, 3), 255, np.uint8)])
    together = embedder.embed(images)
    apart = np.concatenate([embedder.embed(images[i : i + 1]) for i in range(3)])
    assert np.array_equal(together, apart)
    assert np.array_equal((together @ together.T).argmax(axis=1), [0, 1, 2])


@configs
@pytest.mark.parametrize(
    "images",
    [
        np.zeros((0, 4, 4, 3), np.uint8),
        np.zeros((1, 0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.uint8),
        np.zeros((1, 4, 4, 4), np.uint8),
        np.zeros((1, 4, 4, 3), np.float32),
    ],
    ids=["no_picture", "no_rows", "no_batch", "alpha", "float"],
)
def test_what_is_no_picture_is_refused(config: EmbedderConfig, images: NDArray[np.uint8]) -> None:
    with pytest.raises(InputError):
        config.build().embed(images)


@configs
def test_masks_that_do_not_fit_are_refused(config: EmbedderConfig) -> None:
    embedder = config.build()
    wrong: list[Any] = [np.zeros((1, 20, 30), bool), np.ones((1, 20, 29), bool), np.ones((1, 20, 30), np.uint8)]
    for masks in wrong:
        with pytest.raises(InputError, match="mask"):
            embedder.embed(noise(0), masks)
