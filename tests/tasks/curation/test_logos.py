"""What stays while shots change is a logo, wherever it is; bars, scenery and few shots are not."""

from pathlib import Path

import numpy as np
import pytest
from drawn_text import Pixels, card, scenery, stamp
from film_views import view_of_pictures

from models.text_detectors import TextBox
from tasks.curation.film_view import FilmView
from tasks.curation.scorers.logos import LogosConfig, find_logos


def film(folder: Path, pictures: list[Pixels]) -> FilmView:
    """Give a view of shots of one picture each."""
    return view_of_pictures(pictures, folder, fps=2.0, starts=range(len(pictures)))


@pytest.mark.parametrize("opacity", [0.4, 0.6, 1.0])
def test_a_logo_is_found_at_its_place(tmp_path: Path, opacity: float) -> None:
    pictures = [scenery(number) for number in range(8)]
    (place,) = {stamp(pixels, opacity) for pixels in pictures}
    (logo,) = find_logos(film(tmp_path, pictures)).logos or ()
    drawn = TextBox(*place)
    both = drawn.overlap(logo.box)
    assert both / (drawn.area + logo.box.area - both) > 0.7
    assert logo.presence == 1.0


def test_scenery_and_bars_are_none(tmp_path: Path) -> None:
    pictures = [scenery(number) for number in range(8)]
    for pixels in pictures:
        pixels[:24] = pixels[-24:] = 0
    assert find_logos(film(tmp_path, pictures)).logos == ()


def test_what_most_shots_lack_is_none(tmp_path: Path) -> None:
    pictures = [scenery(number) for number in range(9)]
    for pixels in pictures[:5]:
        stamp(pixels)
    assert find_logos(film(tmp_path, pictures)).logos == ()


def test_cards_need_no_logo(tmp_path: Path) -> None:
    pictures = [card("Suki"), card("Noodle"), card("The End"), *(scenery(number) for number in range(6))]
    for pixels in pictures[3:]:
        stamp(pixels)
    view = film(tmp_path, pictures)
    assert len(find_logos(view, cards=(0, 1, 2)).logos or ()) == 1


def test_where_subtitles_stand_is_none(tmp_path: Path) -> None:
    pictures = [scenery(number) for number in range(8)]
    left, top, width, height = [stamp(pixels) for pixels in pictures][0]
    line = TextBox(left - 0.1, top, width + 0.1, height)
    assert find_logos(film(tmp_path, pictures), subtitles=[line]).logos == ()


def test_few_unlike_shots_say_nothing(tmp_path: Path) -> None:
    pictures = [scenery(number % 3) for number in range(12)]  # three sceneries, again and again
    for pixels in pictures:
        stamp(pixels)
    search = find_logos(film(tmp_path, pictures))
    assert search.logos is None
    assert search.reason.startswith("3 unlike shots")
    assert find_logos(film(tmp_path / "all", pictures), LogosConfig(min_shots=3)).logos


def test_a_logo_drawn_once_per_shot_but_elsewhere_is_none(tmp_path: Path) -> None:
    pictures = [scenery(number) for number in range(8)]
    for number, pixels in enumerate(pictures):
        stamp(pixels)
        pixels[:] = np.roll(pixels, 40 * number, axis=1)
    assert find_logos(film(tmp_path, pictures)).logos == ()
