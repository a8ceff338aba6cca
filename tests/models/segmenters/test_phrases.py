"""What of a description is asked for."""

import pytest

from models.segmenters import PhraseConfig, Subject
from models.segmenters.phrases import phrases_of


@pytest.mark.parametrize(
    ("name", "appearance", "phrase"),
    [
        ("Rufus", "A small red fox, with a torn left ear, who limps.", "small red fox with a torn left ear who limps"),
        ("Rufus", "Rufus is a small red fox.", "small red fox"),
        ("Rufus the fox", "Rufus the Fox, a small fox; he limps.", "small fox limps"),
        ("Fox", "Fox with a torn ear", "fox with a torn ear"),
        ("Rufus", "", "rufus"),
        ("", "?! ...", "cartoon character"),
        ("Rufus", "An ice-blue fox's cub", "ice-blue fox's cub"),
    ],
    ids=["clauses", "is", "name", "noun", "name-only", "nobody", "joined"],
)
def test_a_description_becomes_a_phrase(name: str, appearance: str, phrase: str) -> None:
    assert phrases_of((Subject(name, appearance),), PhraseConfig()) == (phrase,)


def test_whole_clauses_are_taken_while_they_fit() -> None:
    told = Subject("Rufus", "A red fox, with one torn ear, whose tail is white, and shy.")
    assert phrases_of((told,), PhraseConfig(max_words=6)) == ("red fox with one torn ear",)
    assert phrases_of((told,), PhraseConfig(max_words=1)) == ("red",)


def test_the_list_keeps_the_order_and_wears_the_template() -> None:
    cast = Subject("Rufus", "A red fox."), Subject("Ona", "A grey owl.")
    assert phrases_of(cast, PhraseConfig(template="drawn {phrase}")) == ("drawn red fox", "drawn grey owl")
