"""The media type of real films and stand-ins, and the mean looks of shots, through film views."""

from pathlib import Path

import numpy as np
import pytest
from drawn_styles import STYLES, Move, camera_over, read_photograph
from film_views import view_of, view_of_pictures

from models.aesthetics import ClassicalConfig
from tasks.curation.film_view import FilmView
from tasks.curation.scorers.aesthetic import AestheticScorerConfig
from tasks.curation.scorers.media_type import MediaTypeScorerConfig
from tasks.curation.scores import Score

LOWER, UPPER = 0.2, 0.88  # what docs/media_type_benchmark.json is measured with


def score_of(view: FilmView) -> Score:
    (score,) = MediaTypeScorerConfig().build().score(view)
    assert (score.gate, score.item_kind, score.shot) == ("media_type", "film", None)
    assert score.backend == "classical"
    return score


def value_of(view: FilmView) -> float:
    value = score_of(view).value
    assert value is not None
    return value


@pytest.mark.parametrize("film", ["big_buck_bunny_480p_30s.mp4", "anim_director_32/film.mp4"])
def test_real_animation_is_kept(film: str, shared_films: Path, tmp_path: Path) -> None:
    assert value_of(view_of(shared_films / film, tmp_path, starts=(0,))) >= UPPER


def test_real_live_action_is_rejected(shared_films: Path, tmp_path: Path) -> None:
    assert value_of(view_of(shared_films / "chaplin_live_action.mp4", tmp_path, starts=(0,))) <= LOWER


@pytest.mark.parametrize(
    ("name", "move"),
    [
        ("astronaut.png", "pan"), ("chelsea.png", "zoom"), ("coffee.png", "shake"), ("rocket.jpg", "pan"),
        ("motorcycle_left.png", "zoom"), ("hubble_deep_field.jpg", "shake"), ("retina.jpg", "pan"), ("ihc.png", "zoom"),
    ],
)  # fmt: skip
def test_a_camera_over_a_photograph_is_never_kept(name: str, move: Move, tmp_path: Path) -> None:
    data = Path(pytest.importorskip("skimage").__file__).parent / "data"
    view = view_of_pictures(camera_over(read_photograph(data / name), move), tmp_path, fps=2.0)
    assert value_of(view) < UPPER


@pytest.mark.parametrize("style", STYLES)
def test_a_drawing_is_never_rejected(style: str, tmp_path: Path) -> None:
    view = view_of_pictures((STYLES[style](number) for number in range(16)), tmp_path, fps=2.0)
    assert value_of(view) > LOWER


def test_a_film_that_shows_nothing_is_unknown(tmp_path: Path) -> None:
    score = score_of(view_of_pictures([np.zeros((48, 64, 3), np.uint8)] * 8, tmp_path))
    assert score.value is None
    assert score.reason


def test_looks_are_the_mean_of_a_shot_s_samples_and_of_the_film_s(tmp_path: Path) -> None:
    """Two samples without contrast, then one half black and half white, which is 0.5: shots 0 and 0.5, film 0.5 / 3."""
    flat, split = np.full((48, 64, 3), 90, np.uint8), np.zeros((48, 64, 3), np.uint8)
    split[:24] = 255
    view = view_of_pictures([flat, flat, split], tmp_path, fps=2.0, starts=(0, 2))
    config = AestheticScorerConfig(model=ClassicalConfig(measure="contrast"))
    first, second, film = config.build().score(view)
    assert [score.value for score in (first, second, film)] == pytest.approx([0.0, 0.5, 0.5 / 3], abs=0.01)
    assert [(score.item_kind, score.shot) for score in (first, second, film)] == [
        ("shot", 0),
        ("shot", 1),
        ("film", None),
    ]
    assert {score.backend for score in (first, second, film)} == {"contrast"}
