"""A client that answers from a recorded file and nothing else: no network, no cost."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from models.clients.base import AnswerT, Calls, Question, Reply
from models.clients.conversation import Answer, Turn, converse
from models.clients.identity import question_digest, texts, words_digest
from models.clients.replies import Kept, read_recorded
from pegbar.calls import Spent
from pegbar.config import Config
from pegbar.errors import NotFoundError

VERSION = 1


class ReplayConfig(Config):
    """A recorded file, as `export_replies` writes it: a line per question, with all its answers in order."""

    kind: Literal["replay"] = "replay"
    path: Path
    max_answers: int = Field(default=3, ge=1)

    def build(self, calls: Calls) -> "ReplayClient":
        """Return the client.

        Raises:
            InputError: the file cannot be read, or a line of it is damaged.
        """
        return ReplayClient(read_recorded(self.path), self.max_answers)


class ReplayClient:
    """Finds a question by its digest, or else by its prompt and words: pictures encoded elsewhere differ."""

    name = "replay"
    version = VERSION
    takes_footage = True

    def __init__(self, recorded: list[Kept], max_answers: int) -> None:
        self._by_question = {kept.question: kept for kept in recorded}
        self._by_words = {(kept.prompt, kept.words): kept for kept in recorded}
        self._max_answers = max_answers

    def ask(self, question: Question[AnswerT]) -> Reply[AnswerT]:
        """Return the recorded answer.

        Raises:
            NotFoundError: the question is not in the file, or not so often. AnswerError: see `LanguageClient`.
        """
        words = (question.prompt, words_digest(texts(question)))
        kept = self._by_question.get(question_digest(question)) or self._by_words.get(words)

        def next_answer(turns: tuple[Turn, ...]) -> Answer:
            if kept is None or len(turns) >= len(kept.answers):
                raise NotFoundError(
                    f"answer {len(turns) + 1} to {question.prompt!r} is not in the recorded file",
                    remedy="record it again with a client that asks",
                    subject=question.prompt,
                )
            answer = kept.answers[len(turns)]
            return Answer(answer.text, answer.model, Spent(), was_kept=True)

        return converse(question, self._max_answers, next_answer)
