"""What a client of a language model does: give a structured answer to text, pictures and footage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from pegbar.calls import CallSettings, Meter, Spent

AnswerT = TypeVar("AnswerT", bound=BaseModel)


@dataclass(frozen=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True)
class Picture:
    """An encoded picture."""

    content: bytes
    media_type: Literal["image/jpeg", "image/png"] = "image/jpeg"


@dataclass(frozen=True)
class Footage:
    """A film as a local MP4 file that we wrote."""

    path: Path


Part = Text | Picture | Footage


@dataclass(frozen=True)
class Question(Generic[AnswerT]):
    """What is asked, and what an answer must be.

    Args:
        prompt: name and version of the words ("animeshooter_story v1"); part of the cache's key with everything else.
        parts: what the model sees, in order.
        answer: the schema of the answer.
        check: returns what is wrong with an answer that fits the schema, one sentence each; they are told to the
            model, which then answers again.
    """

    prompt: str
    parts: tuple[Part, ...]
    answer: type[AnswerT]
    check: Callable[[AnswerT], Sequence[str]] | None = None


@dataclass(frozen=True)
class Reply(Generic[AnswerT]):
    """An answer that passed, what it cost, and how it came about."""

    value: AnswerT
    model: str
    spent: Spent
    num_answers: int
    was_cached: bool


@dataclass(frozen=True)
class Calls:
    """What a client needs of the run it works for: settings, the folder of kept replies, and the meter.

    Args:
        asked_for: the film that its questions are about, so that its replies can be taken down with it; empty where
            they are about no film alone.
    """

    settings: CallSettings
    folder: Path
    meter: Meter
    asked_for: str = ""


class LanguageClient(Protocol):
    """A backend of this role.

    `takes_footage` says whether `Footage` may be among the parts.
    """

    name: str
    version: int
    takes_footage: bool

    def ask(self, question: Question[AnswerT]) -> Reply[AnswerT]:
        """Return an answer that fits the schema and passes the check.

        Raises:
            AnswerError: every answer allowed was wrong; it names what was wrong with the last.
            ProviderError: the server does not answer, or refuses the call.
            CallBudgetError: the run has spent what it may.
            ConfigurationError: no provider is set. MissingExtraError: a package is missing.
        """
        ...
