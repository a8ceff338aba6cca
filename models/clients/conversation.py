"""Asking until an answer passes: what is wrong with one is told to the model, which then answers again."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from models.clients.base import AnswerT, Question, Reply
from models.clients.lenient import NotJSONError, read_json
from pegbar.calls import Spent
from pegbar.errors import AnswerError

FEEDBACK_VERSION = 1
FEEDBACK = (
    "That answer cannot be used:\n{violations}\n"
    "Correct exactly this and answer the whole question again, with one JSON object and nothing else."
)
MAX_VIOLATIONS = 20
MAX_VIOLATION_CHARACTERS = 500
MAX_ECHO_CHARACTERS = 20_000


@dataclass(frozen=True)
class Answer:
    """What a model wrote, which model, and what was paid for it now: nothing if it was kept."""

    text: str
    model: str
    spent: Spent
    was_kept: bool


@dataclass(frozen=True)
class Turn:
    """An answer that was refused, as far as it is sent back, and the words that say why."""

    text: str
    feedback: str


NextAnswer = Callable[[tuple[Turn, ...]], Answer]


def converse(question: Question[AnswerT], max_answers: int, next_answer: NextAnswer) -> Reply[AnswerT]:
    """Return the first answer that passes.

    Args:
        next_answer: gives an answer after the turns so far.

    Raises:
        AnswerError: `max_answers` answers were wrong.
    """
    turns: tuple[Turn, ...] = ()
    answers: list[Answer] = []
    violations: Sequence[str] = ()
    for _ in range(max_answers):
        answers.append(next_answer(turns))
        value, violations = judged(question, answers[-1].text)
        if value is not None:
            return _reply(value, answers)
        turns += (Turn(answers[-1].text[:MAX_ECHO_CHARACTERS], feedback(violations)),)
    wrong = "; ".join(violations)
    raise AnswerError(
        f"{answers[-1].model} gave {max_answers} answers to {question.prompt!r}, none of use; the last: {wrong}",
        remedy="ask another model, or raise max_answers in the recipe, then: pegbar resume",
        subject=question.prompt,
    )


def judged(question: Question[AnswerT], text: str) -> tuple[AnswerT | None, Sequence[str]]:
    """Return the answer in `text`, or None and what is wrong with it, one sentence each."""
    try:
        value = question.answer.model_validate_json(json.dumps(read_json(text)))
    except NotJSONError as error:
        return None, (str(error),)
    except ValidationError as error:
        return None, _bounded([_sentence(detail["loc"], detail["msg"]) for detail in error.errors()])
    violations = _bounded(question.check(value) if question.check else ())
    return (None, violations) if violations else (value, ())


def feedback(violations: Sequence[str]) -> str:
    """Return what the model is told."""
    return FEEDBACK.format(violations="\n".join(f"- {violation}" for violation in violations))


def _sentence(place: tuple[int | str, ...], problem: str) -> str:
    return f"{'.'.join(map(str, place)) or 'the answer'}: {problem}"


def _bounded(violations: Sequence[str]) -> tuple[str, ...]:
    shown = tuple(violation[:MAX_VIOLATION_CHARACTERS] for violation in violations[:MAX_VIOLATIONS])
    left = len(violations) - len(shown)
    return (*shown, f"and {left} more of that kind") if left else shown


def _reply(value: AnswerT, answers: Sequence[Answer]) -> Reply[AnswerT]:
    spent = Spent()
    for answer in answers:
        spent = spent.plus(answer.spent)
    return Reply(
        value=value,
        model=answers[-1].model,
        spent=spent,
        num_answers=len(answers),
        was_cached=all(answer.was_kept for answer in answers),
    )
