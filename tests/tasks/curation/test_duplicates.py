from pathlib import Path

import cv2
import numpy as np
from drawn_shots import Pixels, lit, pan, still, walk
from film_views import view_of_pictures

from tasks.curation.scorers.duplicates import DuplicatesConfig, unexplained

LIKE = 0.55  # the default threshold


def likeness(folder: Path, shots: list[list[Pixels]]) -> list[tuple[float, str]]:
    starts = np.cumsum([0, *(len(shot) for shot in shots[:-1])]).tolist()
    view = view_of_pictures([picture for shot in shots for picture in shot], folder, fps=8.0, starts=starts)
    return [(score.value or 0.0, score.reason) for score in DuplicatesConfig().build().score(view)]


def nearer(pictures: list[Pixels], zoom: float) -> list[Pixels]:
    matrix = cv2.getRotationMatrix2D((79.5, 47.5), 0, zoom)
    return [cv2.warpAffine(picture, matrix, (160, 96)) for picture in pictures]


def regraded(pictures: list[Pixels]) -> list[Pixels]:
    return [np.clip(picture * np.array([0.8, 0.9, 0.95]) + 12, 0, 255).astype(np.uint8) for picture in pictures]


def test_a_shot_used_again_is_found_with_what_was_done_to_it(tmp_path: Path) -> None:
    shot = walk(1, 24)
    other = pan(2, 24, 2.0)
    scores = likeness(tmp_path, [shot, other, shot[3:], regraded(shot[:-4]), nearer(shot, 1.03), nearer(other, 1.0)])
    assert [value > LIKE for value, _ in scores] == [False, False, True, True, True, True]
    assert scores[2][1].startswith("like shot 0 at 0.0 s")
    assert scores[5][1].startswith("like shot 1 at 3.0 s")


def test_the_same_scene_with_another_pose_is_another_shot(tmp_path: Path) -> None:
    drawing, later = walk(1, 24)[4], walk(1, 24)[14]
    scores = likeness(tmp_path, [[drawing] * 16, [later] * 16, still(1, 16), walk(1, 24)])
    assert max(value for value, _ in scores) < LIKE


def test_a_short_quotation_is_no_duplicate(tmp_path: Path) -> None:
    shot = pan(3, 40, 3.0)
    scores = likeness(tmp_path, [shot[:12], pan(4, 16, 2.0), shot])  # 12 of 40 frames
    assert scores[2][0] < LIKE


def test_black_and_cards_never_count(tmp_path: Path) -> None:
    black = lit(still(1, 8), [0.0] * 8)
    card = np.full((96, 160, 3), 40, np.uint8)
    cv2.putText(card, "THE END", (30, 55), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    scores = likeness(tmp_path, [black, [card] * 8, walk(1, 8), black, [card] * 8])
    assert [value for value, _ in scores] == [0.0] * 5


def test_one_cell_that_differs_by_64_levels_is_what_counts() -> None:
    before = np.random.default_rng(0).uniform(0, 190, (3, 768)).astype(np.float32)
    after = before.copy()
    after.reshape(3, 16, 16, 3)[:, 8, 8] += 64
    assert abs(unexplained(before, after) - 64) < 6  # a little of it is taken for light
    assert unexplained(before, 0.5 * before + 20) < 0.01
