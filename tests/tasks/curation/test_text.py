"""Subtitles, signs and cards of drawn films, through the real detector; nothing is claimed of the real films."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_text import SAYINGS, Pixels, card, scenery, stamp, write_line
from film_views import view_of, view_of_pictures

from tasks.curation.film_view import FilmView
from tasks.curation.scorers.text import TextConfig, TextScorer
from tasks.curation.scores import Score

SAMPLES_PER_SHOT = 4


@pytest.fixture(scope="module")
def scorer() -> TextScorer:
    return TextConfig().build()


def film(folder: Path, shots: Sequence[Sequence[Pixels]]) -> FilmView:
    """Give a view with two pictures a second."""
    starts = [sum(map(len, shots[:place])) for place in range(len(shots))]
    return view_of_pictures([pixels for shot in shots for pixels in shot], folder, fps=2.0, starts=starts)


def scene(number: int, text: str | None = None, texted: Sequence[int] = (), foot: float = 0.92) -> list[Pixels]:
    """Give a shot's pictures, which a text is written on where `texted` says."""
    pictures = [scenery(number) for _ in range(SAMPLES_PER_SHOT)]
    for place in texted:
        assert text is not None
        write_line(pictures[place], text, foot=foot)
    return pictures


def value(scores: Sequence[Score], gate: str, shot: int | None = None) -> float | None:
    (found,) = [score.value for score in scores if (score.gate, score.shot) == (gate, shot)]
    return found


def test_subtitles_are_told_sample_by_sample(scorer: TextScorer, tmp_path: Path) -> None:
    shots = [scene(0, SAYINGS[0], (1, 2)), scene(1, SAYINGS[2], (0, 1, 2)), scene(2), scene(3, SAYINGS[3], (2, 3))]
    view = film(tmp_path, shots)
    text = scorer.look(view)
    assert text.subtitled() == {1, 2, 4, 5, 6, 14, 15}
    scores = scorer.scores(view, text)
    assert value(scores, "subtitles") == pytest.approx(7 / 16)
    assert value(scores, "text", 2) == 0.0
    assert (value(scores, "text", 1) or 0.0) > (value(scores, "text", 0) or 0.0) > 0.0


@pytest.mark.parametrize(("texts", "foot"), [
    ((SAYINGS[0], None, SAYINGS[0], None), 0.92),  # one sign, seen again
    ((SAYINGS[0], SAYINGS[2], SAYINGS[3], None), 0.5),  # not in a band
])  # fmt: skip
def test_signs_are_no_subtitles(scorer: TextScorer, tmp_path: Path, texts: tuple[str | None, ...], foot: float) -> None:
    shots = [scene(place, text, range(4) if text else (), foot) for place, text in enumerate(texts)]
    assert value(scorer.score(film(tmp_path, shots)), "subtitles") == 0.0


def test_cards_are_prologue_and_epilogue_and_scenes_are_not(scorer: TextScorer, tmp_path: Path) -> None:
    title, farewell = [card("Suki & Noodle", "The Big Surprise")] * 3, [card("The End", "Story by Lulu")] * 3
    told = [scene(0, SAYINGS[0], (0, 1)), scene(1), scene(2, SAYINGS[2], (1, 2))]
    view = film(tmp_path, [title, *told, farewell])
    text = scorer.look(view)
    assert text.cards == {0, 4}
    assert all(value is not None and value < 0.25 for value in text.prologue[1:4])
    assert text.subtitled() == {3, 4, 12, 13}
    assert value(scorer.scores(view, text), "subtitles") == pytest.approx(4 / 12)


def test_a_card_counts_less_inside_the_film(scorer: TextScorer, tmp_path: Path) -> None:
    shots = [scene(0), [card("The next day", "on the beach")] * 3, scene(1)]
    assert scorer.look(film(tmp_path, shots)).prologue[1] == pytest.approx(0.75)


def test_a_shot_between_samples_is_not_measured(scorer: TextScorer, tmp_path: Path) -> None:
    view = view_of_pictures([*scene(0), *scene(1), *scene(2)], tmp_path, fps=8.0, starts=[0, 5, 8])
    scores = scorer.score(view)
    assert value(scores, "prologue", 1) is None
    assert value(scores, "text", 1) is None


def test_a_logo_is_the_film_s_watermark_and_no_text(scorer: TextScorer, tmp_path: Path) -> None:
    shots = [scene(number) for number in range(6)]
    for pixels in (pixels for shot in shots for pixels in shot):
        stamp(pixels)
    scores = scorer.score(film(tmp_path, shots))
    assert value(scores, "watermark") == 1.0
    assert value(scores, "subtitles") == 0.0
    assert value(scores, "text", 0) == 0.0


@pytest.mark.parametrize("words", [("TOON TV",) * 6, ("TOON TV", "TOON", "TV 7") * 2])
def test_letters_in_a_corner_are_no_subtitles(scorer: TextScorer, tmp_path: Path, words: tuple[str, ...]) -> None:
    shots = [scene(number) for number in range(6)]
    for word, pixels in ((word, pixels) for word, shot in zip(words, shots, strict=True) for pixels in shot):
        write_line(pixels, word, middle=0.16)
    assert value(scorer.score(film(tmp_path, shots)), "subtitles") == 0.0


@pytest.mark.parametrize(("name", "starts"), [
    ("big_buck_bunny_480p_30s.mp4", (0, 284, 377, 552)), ("anim_director_32/film.mp4", tuple(range(0, 305, 16))),
    ("chaplin_live_action.mp4", (0,)),
])  # fmt: skip
def test_nothing_is_claimed_of_real_films(
    scorer: TextScorer, shared_films: Path, tmp_path: Path, name: str, starts: tuple[int, ...]
) -> None:
    view = view_of(shared_films / name, tmp_path, starts)
    view = replace(view, samples=view.samples[::2])  # one a second will do
    text = scorer.look(view)
    assert not text.subtitles
    assert not text.logos.logos
    assert not text.cards
