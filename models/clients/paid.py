"""A client whose answers cost: each is booked before it is asked for and kept before it is used."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Protocol

from pydantic import Field

from models.clients.base import AnswerT, Calls, Footage, Question, Reply
from models.clients.conversation import FEEDBACK_VERSION, Answer, Turn, converse
from models.clients.exchange import Exchange
from models.clients.identity import question_digest
from models.clients.replies import Replies
from pegbar.calls import Spent
from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.errors import ConfigurationError, PegbarError


class ClientSettings(Config):
    """What every client is told.

    Args:
        model: as its server names it.
        temperature: None leaves it to the server, as models that reason demand.
        max_answers: to one question, what is wrong with each told to the model before the next.
    """

    model: str
    temperature: float | None = Field(default=0.0, ge=0)
    max_answers: int = Field(default=3, ge=1)


class Wire(Protocol):
    """A provider that is set and has its key."""

    def request(self, question: Question[AnswerT], turns: tuple[Turn, ...], key: str) -> Answer:
        """Ask once, after the turns so far; `key` names the request towards the server and its retries."""
        ...


class PaidClient:
    """Asks a provider, and never twice for what it has answered.

    A call that was under way when its process was killed is made again under the same Idempotency-Key: a server that
    knows such keys charges once; one that does not may charge for the calls under way twice, and for no others.

    Args:
        connect: returns the provider's wire; it is called with the first question that no kept answer settles, so that
            kept replies need neither provider nor key.
    """

    def __init__(
        self,
        name: str,
        version: int,
        config: ClientSettings,
        calls: Calls,
        connect: Callable[[], Wire],
        takes_footage: bool,
    ) -> None:
        self.name = name
        self.version = version
        self.takes_footage = takes_footage
        self._config = config
        self._identity = digest_of([name, version, FEEDBACK_VERSION, config])
        self._calls = calls
        self._replies = Replies(calls.folder)
        self._connect = cache(connect)

    def ask(self, question: Question[AnswerT]) -> Reply[AnswerT]:
        """Return an answer that passes (see `LanguageClient`)."""
        if not self.takes_footage and any(isinstance(part, Footage) for part in question.parts):
            raise ConfigurationError(
                f"{self._config.model} is not said to take films, and {question.prompt!r} shows one",
                remedy=f"set takes_footage of the {self.name} client in the recipe, or send pictures",
                subject=self._config.model,
            )
        key = digest_of([self._identity, question_digest(question)])
        exchange = Exchange(question, key, self._replies, self._calls.asked_for)
        return converse(question, self._config.max_answers, lambda turns: self._next(exchange, turns))

    def _next(self, exchange: Exchange[AnswerT], turns: tuple[Turn, ...]) -> Answer:
        return exchange.kept(turns) or self._pay(exchange, turns)

    def _pay(self, exchange: Exchange[AnswerT], turns: tuple[Turn, ...]) -> Answer:
        wire, meter, key = self._connect(), self._calls.meter, exchange.answer_key(turns)
        call = meter.reserve(key, self._config.model)
        started = time.monotonic()
        try:
            answer = wire.request(exchange.question, turns, key)
        except PegbarError as error:
            meter.settle(call, Spent(num_calls=1, seconds=time.monotonic() - started), type(error).__name__)
            raise
        exchange.keep(turns, answer)
        answer = replace(answer, spent=answer.spent.but(seconds=time.monotonic() - started))
        meter.settle(call, answer.spent, "answered")
        return answer
