"""What every segmenter keeps, run over all of them; the models with weights are tiny and random."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_films import HEIGHT, WIDTH, scene

from models.segmenters import (
    ClassicalConfig,
    CompetitionConfig,
    GroundedSam2Config,
    Pixels,
    Sam3Config,
    Segmenter,
    SegmenterConfig,
    SegmentRequest,
    Subject,
)
from pegbar.errors import InputError

RUBY, BLUEBELL = Subject("Ruby", "A round red figure."), Subject("Bluebell", "A round blue figure.")
ANY_MARGIN = CompetitionConfig(min_margin=0)


@pytest.fixture(scope="module", params=["classical", "sam3", "grounded_sam2"])
def build(
    request: pytest.FixtureRequest, sam3_folder: Path, sam2_folder: Path, detector_folder: Path
) -> Callable[[], Segmenter]:
    configs: dict[str, SegmenterConfig] = {
        "classical": ClassicalConfig(),
        "sam3": Sam3Config(path=sam3_folder, min_score=1e-6, competition=ANY_MARGIN),
        "grounded_sam2": GroundedSam2Config(
            detector_path=detector_folder, masker_path=sam2_folder, min_score=0.05, competition=ANY_MARGIN
        ),
    }
    return configs[request.param].build


def test_each_target_has_a_mask_of_the_frame_or_none_and_the_same_every_time(build: Callable[[], Segmenter]) -> None:
    frames = tuple(scene(1, frame, ("Ruby", "Bluebell"))[0] for frame in range(4))
    request = SegmentRequest(frames, (0, 2, 3), RUBY, (BLUEBELL,))
    first, second = build().segment(request), build().segment(request)
    assert len(first) == 3
    assert any(mask is not None for mask in first)
    for mask, again in zip(first, second, strict=True):
        assert (mask is None) == (again is None)
        if mask is not None and again is not None:
            assert (mask.shape, mask.dtype) == ((HEIGHT, WIDTH), np.bool_)
            assert mask.any()
            assert (mask == again).all()


def test_without_targets_there_is_nothing_to_do(build: Callable[[], Segmenter]) -> None:
    assert build().segment(SegmentRequest((scene(0, 0, ())[0],), (), RUBY)) == []


@pytest.mark.parametrize("size", [(1, 1), (9, 400), (37, 23)])
def test_any_size_is_answered(build: Callable[[], Segmenter], size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    (mask,) = build().segment(SegmentRequest((noise,), (0,), RUBY))
    assert mask is None or mask.shape == size


@pytest.mark.parametrize(
    "appearance",
    ["", "...", "\U0001f43b\U0001f43b 小さな熊\x00", "very " * 20_000],
    ids=["empty", "dots", "unicode", "long"],
)
def test_any_description_is_answered(build: Callable[[], Segmenter], appearance: str) -> None:
    others = tuple(Subject(f"Extra {number}", f"{appearance} {number}") for number in range(39))
    request = SegmentRequest((scene(0, 0, ("Ruby",))[0],), (0,), Subject("?", appearance), others)
    assert len(build().segment(request)) == 1


GOOD = np.zeros((8, 8, 3), np.uint8)


@pytest.mark.parametrize(
    ("frames", "targets"),
    [
        ((), ()),
        ((np.zeros((8, 8), np.uint8),), (0,)),
        ((np.zeros((8, 8, 3), np.float32),), (0,)),
        ((np.zeros((0, 8, 3), np.uint8),), (0,)),
        ((GOOD, np.zeros((8, 9, 3), np.uint8)), (0,)),
        ((GOOD,), (1,)),
        ((GOOD,), (-1,)),
    ],
    ids=["none", "grey", "float", "empty", "two-sizes", "beyond", "negative"],
)
def test_what_cannot_be_segmented_is_refused(frames: tuple[Pixels, ...], targets: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        SegmentRequest(frames, targets, RUBY)
