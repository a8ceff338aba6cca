"""Which film a person means."""

import pytest

from pegbar.errors import InputError, NotFoundError
from pegbar.versions.tombstones import Tombstone, Tombstones
from tasks.curation.takedown.finding import FilmToRemove, films_called, known_films

FOX = FilmToRemove(film_id="ab" * 8, sha256="ab" * 32, name="fox.mp4", source="a/fox.mp4")
OTHER = FilmToRemove(film_id="cd" * 8, sha256="cd" * 32, name="fox.mp4", source="b/fox.mp4")
OWL = FilmToRemove(film_id="ef" * 8, sha256="ef" * 32, name="Eule für dich 🦉.mp4", source="a/owl")
KNOWN = [FOX, OTHER, OWL]


def buried(*films: FilmToRemove) -> Tombstones:
    return Tombstones(
        Tombstone(
            film_id=film.film_id, sha256=film.sha256, name=film.name, source=film.source, removed_by="Ann",
            removed_at="", reason="r", taken_from="", versions=(),
        )
        for film in films
    )  # fmt: skip


@pytest.mark.parametrize("said", [FOX.sha256, FOX.film_id, FOX.source])
def test_a_film_goes_by_digest_id_and_label(said: str) -> None:
    assert films_called([said, FOX.film_id], KNOWN, buried()) == [FOX]


def test_several_are_named_at_once_in_order_of_their_ids() -> None:
    assert films_called([OWL.name, "b/fox.mp4"], KNOWN, buried()) == [OTHER, OWL]


def test_a_name_of_two_films_is_refused_with_both() -> None:
    with pytest.raises(InputError, match=f"any of 2 films: {FOX.film_id} fox.mp4 .*; {OTHER.film_id} fox.mp4"):
        films_called(["fox.mp4"], KNOWN, buried())


def test_of_two_the_one_that_was_taken_down_gives_way_but_alone_it_is_found_again() -> None:
    assert films_called(["fox.mp4"], KNOWN, buried(FOX)) == [OTHER]
    assert films_called(["fox.mp4"], known_films([], buried(FOX)), buried(FOX)) == [FOX]


@pytest.mark.parametrize("said", ["", "abab", "*", "fox", "-", "\0", "a" * 10_000])
def test_no_film_is_guessed(said: str) -> None:
    with pytest.raises(NotFoundError, match="no version ever held"):
        films_called([said], KNOWN, buried())
