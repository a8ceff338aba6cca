"""One question and its kept answers: an answer counts only after the very words it was given to."""

from collections.abc import Sequence
from typing import Generic

from models.clients.base import AnswerT, Question
from models.clients.conversation import Answer, Turn
from models.clients.replies import KeptAnswer, Replies, kept_of
from pegbar.calls import Spent
from pegbar.digests import digest_of


class Exchange(Generic[AnswerT]):
    """A question to one client, as configured, whose digest is `key`; kept replies remember every film that asked."""

    def __init__(self, question: Question[AnswerT], key: str, replies: Replies, asked_for: str) -> None:
        self.question = question
        self._key = key
        self._replies = replies
        kept = replies.load(key)
        before = kept.asked_for if kept else ()
        self._answers = kept.answers if kept else ()
        self._asked_for = tuple(sorted({*before, asked_for}))
        if kept and self._asked_for != before:
            replies.keep(kept.model_copy(update={"asked_for": self._asked_for}))

    def answer_key(self, turns: Sequence[Turn]) -> str:
        """Return what names the next answer: the same for every retry, in this process or a later one."""
        return digest_of([self._key, [[turn.text, turn.feedback] for turn in turns]])

    def kept(self, turns: Sequence[Turn]) -> Answer | None:
        """Return the answer kept from before, or None."""
        if len(turns) >= len(self._answers) or self._answers[len(turns)].key != self.answer_key(turns):
            return None
        answer = self._answers[len(turns)]
        return Answer(answer.text, answer.model, Spent(), was_kept=True)

    def keep(self, turns: Sequence[Turn], answer: Answer) -> None:
        """Keep an answer that was paid for, durably, before anything is done with it."""
        paid = KeptAnswer(key=self.answer_key(turns), text=answer.text, model=answer.model)
        self._answers = (*self._answers[: len(turns)], paid)
        self._replies.keep(kept_of(self._key, self.question, self._asked_for, self._answers))
