"""Every detector's own list, from columns, is what PySceneDetect's detector says by itself."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from drawn_shots import HEIGHT, WIDTH, Pixels, dissolve, film_of, lit, pan, still, walk
from media_corpus import write_film
from scenedetect import FrameTimecode
from scenedetect.common import Timecode
from scenedetect.detectors import AdaptiveDetector, ContentDetector, HistogramDetector, ThresholdDetector

from pegbar.media import FrameReader
from tasks.curation.detection.detector_cuts import DetectorCutsConfig, adaptive_ratio, detector_cuts, model_transitions
from tasks.curation.detection.shots import score_frames
from tasks.curation.frame_table import FrameTable
from tasks.curation.looking import ANALYSIS_SIDE

FPS = 24
CONFIGS = {
    "defaults": DetectorCutsConfig(min_scene_seconds=15 / FPS),  # PySceneDetect's own 15 frames
    "no shortest scene": DetectorCutsConfig(min_scene_seconds=0.0),
    "other thresholds": DetectorCutsConfig(
        min_scene_seconds=1.0, content=8.0, adaptive=1.5, adaptive_min_content=4.0, histogram=0.02, luma=60
    ),
}


def busy_film() -> list[Pixels]:
    gains = [*np.linspace(1, 0, 12), *np.zeros(6), *np.linspace(0, 1, 12)]
    flicker = [frame for seed in range(30, 40) for frame in still(seed, 5)]
    joined = [
        *walk(1, 40),
        *pan(2, 40, 6.0),
        *flicker,
        *lit(walk(3, 30), gains),
        *dissolve(walk(4, 30), pan(5, 30, 1.0), 12),
    ]
    return [*np.zeros((4, HEIGHT, WIDTH, 3), np.uint8), *joined, *np.zeros((8, HEIGHT, WIDTH, 3), np.uint8)]


def peer_cuts(film: Path, config: DetectorCutsConfig) -> dict[str, tuple[int, ...]]:
    """Run PySceneDetect's detectors by themselves, one after another."""
    least = round(config.min_scene_seconds * FPS)
    detectors = {
        "content": ContentDetector(config.content, least),
        "adaptive": AdaptiveDetector(config.adaptive, least, min_content_val=config.adaptive_min_content),
        "histogram": HistogramDetector(config.histogram, min_scene_len=least),
        "threshold": ThresholdDetector(config.luma, least),
    }
    found: dict[str, list[int]] = {name: [] for name in detectors}
    for frame in FrameReader(film):
        picture = np.ascontiguousarray(frame.fitted(ANALYSIS_SIDE)[:, :, ::-1])
        for name, detector in detectors.items():
            cuts = detector.process_frame(FrameTimecode(frame.index, float(FPS)), picture)
            found[name] += [cut.frame_num for cut in cuts]
    return {name: tuple(cuts) for name, cuts in found.items()}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FrameTable]:
    path = film_of(tmp_path_factory.mktemp("busy") / "busy.mp4", busy_film(), Fraction(FPS))
    return path, score_frames(path)


@pytest.mark.parametrize("name", CONFIGS)
def test_lists_from_columns_are_the_detectors_own(busy: tuple[Path, FrameTable], name: str) -> None:
    path, table = busy
    cuts = detector_cuts(table, CONFIGS[name])
    assert cuts == peer_cuts(path, CONFIGS[name])
    assert name == "no shortest scene" or all(cuts.values())


def test_lists_are_the_detectors_own_on_a_real_film(shared_films: Path) -> None:
    film = shared_films / "big_buck_bunny_480p_30s.mp4"
    table = score_frames(film)
    for config in CONFIGS.values():
        assert detector_cuts(table, config) == peer_cuts(film, config)


def test_a_list_is_the_detectors_own_whoever_else_looks(busy: tuple[Path, FrameTable]) -> None:
    """A joint list of cuts, as the peer's manager keeps it, would not say who saw what."""
    _, table = busy
    cuts = detector_cuts(table, CONFIGS["defaults"])
    assert len(set(cuts.values())) == 4
    deaf = detector_cuts(table, CONFIGS["defaults"].but(content=300.0))
    assert deaf == cuts | {"content": ()}


def test_the_shortest_scene_is_a_length_in_seconds(tmp_path: Path) -> None:
    """Ten pictures of 0.3 s each at 10 fps, of 1.5 s at a tenth of it: frames alike, scenes not."""
    pictures = [frame for seed in range(10) for frame in still(seed, 3)]
    quick, slow = tmp_path / "quick.mp4", tmp_path / "slow.mp4"
    write_film(
        quick, 30, (WIDTH, HEIGHT), ticks=[index * 2 for index in range(30)], picture=lambda index, *_: pictures[index]
    )
    write_film(
        slow, 30, (WIDTH, HEIGHT), ticks=[index * 12 for index in range(30)], picture=lambda index, *_: pictures[index]
    )
    config = DetectorCutsConfig(min_scene_seconds=0.6)
    counts = [len(detector_cuts(score_frames(path), config)["adaptive"]) for path in (quick, slow)]
    assert counts[0] < counts[1] == 9


def test_ratios_by_hand() -> None:
    content = np.array([1.0, 1.0, 10.0, 2.0, 4.0, 0.0, 0.0, 20.0, 0.0, 0.0])
    assert adaptive_ratio(content)[2] == 5.0  # 10 over the mean of 1, 1, 2, 4
    assert adaptive_ratio(content)[7] == 255.0  # nothing moves around it
    assert adaptive_ratio(content)[:2].tolist() == adaptive_ratio(content)[-2:].tolist() == [0.0, 0.0]


def test_a_model_marks_the_last_frame_of_a_shot(busy: tuple[Path, FrameTable]) -> None:
    probability = np.zeros(100)
    probability[[39, 60, 61, 62, 63, 99]] = 0.9
    assert model_transitions(probability, 0.5) == [(39, 40, 40), (60, 64, 62)]  # nothing begins after the last frame
    _, table = busy
    assert "transnet" not in detector_cuts(table, DetectorCutsConfig())
    read = replace(table, transnet=np.where(np.arange(table.num_frames) == 39, 0.9, 0.1))
    assert detector_cuts(read, DetectorCutsConfig())["transnet"] == (40,)


def test_timecodes_of_the_peer_compare_exactly() -> None:
    """The columns hold float seconds; that 15 frames at 25 fps are 0.6 s must not hang on their last bit."""
    start, end = (FrameTimecode(Timecode(pts, Fraction(1, 25)), 25.0) for pts in (7, 22))
    assert (end - start) >= 0.6
    seconds = np.arange(60) / 25 + 1e-9
    content = np.where(np.isin(np.arange(60), [22, 37]), 50.0, 0.0)
    blank = np.zeros(60)
    table = FrameTable(
        seconds, content, blank, blank + 1, blank + 99, blank, blank, blank, blank, blank * np.nan, blank
    )
    assert detector_cuts(table, DetectorCutsConfig(min_scene_seconds=0.6))["content"] == (22, 37)
