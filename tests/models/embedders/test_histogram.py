import numpy as np
import pytest
from numpy.typing import NDArray

from models.embedders import ColourShapeHistogramConfig


def disc(colour: tuple[int, int, int], background: int = 255, radius: int = 12) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:48, :48]
    image = np.full((48, 48, 3), background, np.uint8)
    image[(rows - 24) ** 2 + (columns - 24) ** 2 <= radius**2] = colour
    return image


def square(colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    image = np.full((48, 48, 3), 255, np.uint8)
    image[13:35, 13:35] = colour
    return image


def cosine(a: NDArray[np.uint8], b: NDArray[np.uint8], share: float, mask: NDArray[np.bool_] | None = None) -> float:
    embedder = ColourShapeHistogramConfig(colour_share=share).build()
    first, second = (embedder.embed(image[None], None if mask is None else mask[None])[0] for image in (a, b))
    return float(first @ second)


RED, BLUE = (220, 30, 30), (30, 30, 220)


def test_the_colour_part_sees_colour_and_not_shape() -> None:
    assert cosine(disc(RED), square(RED), 1.0) > 0.99
    assert cosine(disc(RED), disc(BLUE), 1.0) < 0.85


def test_the_shape_part_sees_shape_and_not_colour() -> None:
    assert cosine(disc((40, 40, 40)), disc((90, 90, 90)), 0.0) > 0.98
    assert cosine(disc(RED), square(RED), 0.0) < 0.8


def test_pure_colours_share_only_the_absence_of_edges() -> None:
    flat = [np.full((8, 8, 3), colour, np.uint8) for colour in (RED, BLUE)]
    assert cosine(flat[0], flat[1], 0.6) == pytest.approx(0.4, abs=1e-6)


def test_with_a_mask_the_background_does_not_count() -> None:
    on_white, on_black = disc(RED), disc(RED, background=0)
    mask = (on_white == RED).all(axis=2)
    assert cosine(on_white, on_black, 0.6) < 0.8
    assert cosine(on_white, on_black, 0.6, mask) > 0.95


def test_never_claims_to_be_what_the_papers_used() -> None:
    embedder = ColourShapeHistogramConfig().build()
    assert embedder.name == "colour_shape_histogram"
    assert not embedder.is_comparable
