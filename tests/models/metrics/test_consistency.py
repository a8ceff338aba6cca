import math

import numpy as np
import pytest
from numpy.typing import NDArray

from models.embedders.base import Images, Masks, Vectors
from models.metrics import frame_scores, sampled_frames, shot_score
from pegbar.errors import InputError


class RedAngle:
    """Turns the red value of the first pixel into an angle: a cosine that can be worked by hand."""

    name, version, preprocessing, is_comparable = "red_angle", 1, "first pixel", False

    def embed(self, images: Images, masks: Masks | None = None) -> Vectors:
        angles: NDArray[np.float64] = np.radians(images[:, 0, 0, 0].astype(np.float64))
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def picture(degrees: int) -> NDArray[np.uint8]:
    return np.full((2, 2, 3), degrees, np.uint8)


def test_a_shot_is_the_mean_cosine_to_its_reference() -> None:
    frames = np.stack([picture(0), picture(60), picture(90)])
    values = frame_scores(RedAngle(), frames, picture(0))
    assert values == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)
    assert shot_score(values) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "num_frames, num_samples, expected",
    [(9, 5, [0, 2, 4, 6, 8]), (49, 5, [0, 12, 24, 36, 48]), (10, 5, [0, 2, 5, 7, 9]), (3, 5, [0, 1, 2]), (4, 1, [0])],
)
def test_frames_are_sampled_uniformly(num_frames: int, num_samples: int, expected: list[int]) -> None:
    assert sampled_frames(num_frames, num_samples) == expected


def test_a_shot_without_frames_has_no_score() -> None:
    assert math.isnan(shot_score([]))
    with pytest.raises(InputError):
        sampled_frames(0)
