"""What every media type classifier keeps, run over all of them; the language model is tiny and random."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_styles import ink, night_cel

from models.media_types import ClassicalConfig, MediaTypeClassifier, Pixels, VLMConfig
from pegbar.errors import InputError

Build = Callable[[], MediaTypeClassifier]


@pytest.fixture(params=["classical", "vlm"])
def build(request: pytest.FixtureRequest, vlm_folder: Path) -> Build:
    config = {"classical": ClassicalConfig(), "vlm": VLMConfig(path=vlm_folder, max_pixels=56 * 56)}[request.param]
    return config.build


def test_a_score_lies_in_0_to_1_and_is_the_same_every_time(build: Build) -> None:
    pictures = [night_cel(0), night_cel(7), ink(3)]
    first, second = build().animation_score(pictures), build().animation_score(pictures)
    assert first is not None
    assert 0 <= first.value <= 1
    assert first.reason
    assert first == second


def test_what_pictures_show_changes_the_score(build: Build) -> None:
    classifier = build()
    scores = {classifier.animation_score([picture]) for picture in (night_cel(0), ink(0))}
    assert len(scores) == 2


@pytest.mark.parametrize("size", [(1, 1), (9, 400), (37, 23)])
def test_any_size_is_answered(build: Build, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    score = build().animation_score([noise])
    assert score is None or 0 <= score.value <= 1


@pytest.mark.parametrize(
    "pictures",
    [[], [np.zeros((4, 4), np.uint8)], [np.zeros((4, 4, 3), np.float32)], [np.zeros((0, 4, 3), np.uint8)]],
    ids=["none", "grey", "float", "empty"],
)
def test_what_is_no_picture_is_refused(build: Build, pictures: list[Pixels]) -> None:
    with pytest.raises(InputError):
        build().animation_score(pictures)
