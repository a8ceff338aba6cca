"""What a person is asked of each item: the wording is data with a version, kept in every verdict file."""

from typing import Literal

from pegbar.config import Config

ReviewKind = Literal["story", "reference", "character"]
Answer = Literal["yes", "no", "unsure"]
OVERALL = "overall"
VERSION = 1


class Question(Config):
    """One question with three answers.

    Args:
        is_of_script: it asks of what only an annotated story has.
    """

    key: str
    text: str
    hint: str = ""
    is_of_script: bool = False


QUESTIONS: dict[ReviewKind, tuple[Question, ...]] = {
    "story": (
        Question(
            key="storyline", text="Storyline right?", hint="It tells what happens, and nothing else.", is_of_script=True
        ),
        Question(
            key="characters",
            text="Characters right?",
            hint="Everybody who matters is in the cast, looks as told, and is named where seen.",
            is_of_script=True,
        ),
        Question(key="shots", text="Shots right?", hint="Each begins and ends at a change of shot; none is missing."),
        Question(
            key="captions", text="Captions right?", hint="Plot and caption tell what the shot shows.", is_of_script=True
        ),
        Question(key=OVERALL, text="Should it be in the dataset?", hint="Would you train a model on this story?"),
    ),
    "reference": (
        Question(key="completeness", text="Whole?", hint="Nothing of the character is cut off, nothing else is in it."),
        Question(key="description", text="As described?", hint="Picture and description do not contradict."),
        Question(key="consistency", text="One description?", hint="What is told of the looks never changes its mind."),
        Question(key="pose", text="Calm pose?", hint="A natural pose from which the character is easily known again."),
        Question(key="quality", text="Sharp and clear?", hint="No blur; details are seen."),
        Question(key=OVERALL, text="May it stand for the character?", hint="Your verdict on the picture as a whole."),
    ),
    "character": (
        Question(
            key=OVERALL,
            text="Could a good picture be cut from these shots?",
            hint="No means that leaving the character without a reference was right.",
        ),
    ),
}


def questions_of(kind: ReviewKind, is_told: bool = True) -> tuple[Question, ...]:
    """Return what is asked of an item; a story without a script is asked less."""
    return tuple(question for question in QUESTIONS[kind] if is_told or not question.is_of_script)
