"""One request to a provider through pydantic-ai, and what can go wrong with it as errors of the tree."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx2
from pydantic_ai import ModelMessage, ModelResponse
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import AgentRunError, ModelHTTPError, UserError
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from models.clients.base import AnswerT, Question
from models.clients.conversation import Answer, Turn
from models.clients.messages import as_sent
from models.clients.transport import RefusedResponseError, http_client
from pegbar.calls import CallLimits, Price, Spent
from pegbar.errors import ProviderError

MAX_TOKENS = 10**12  # what a server may claim
MAX_WHY_CHARACTERS = 300
MAX_NAME_CHARACTERS = 200
ODD_BODY = (AttributeError, LookupError, TypeError, ValueError)  # what the SDKs raise at a body of another form

for _name in ("httpx2", "google_genai"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # they tell every request


@dataclass(frozen=True)
class Address:
    """Where a provider is, and the right to use it. Neither its text form nor any error shows the key."""

    base_url: str
    api_key: str | None
    api_key_variable: str | None
    limits: CallLimits
    price: Price | None

    @property
    def key(self) -> str:
        """What is shown to the server; the SDKs want some key even where none is needed."""
        return self.api_key or "none"

    def __repr__(self) -> str:
        """Return the address without its key."""
        return f"Address({self.base_url!r})"


@dataclass(frozen=True)
class ModelWire:
    """A provider's model.

    Args:
        model_of: builds pydantic-ai's model over an HTTP client.
        shows_schema: the schema goes into the words, for a server that only takes text.
    """

    address: Address
    model: str
    temperature: float | None
    model_of: Callable[[httpx2.AsyncClient], Model]
    shows_schema: bool

    def request(self, question: Question[AnswerT], turns: tuple[Turn, ...], key: str) -> Answer:
        """Ask once.

        Raises:
            ProviderError: the server does not answer, or refuses. InputError: a film is too large to send.
        """
        messages, parameters = as_sent(question, turns, self.shows_schema)
        try:
            response = asyncio.run(self._send(messages, parameters, key))
        except (AgentRunError, UserError, RefusedResponseError, TimeoutError, httpx2.HTTPError, *ODD_BODY) as error:
            # the cause may hold the key in headers or in what the server echoed
            raise self._provider_error(error) from None
        return self._answer(response)

    async def _send(
        self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters, key: str
    ) -> ModelResponse:
        limits = self.address.limits
        settings = ModelSettings(
            extra_headers={"Idempotency-Key": key}, timeout=limits.max_attempt_seconds, max_retries=0
        )
        if self.temperature is not None:
            settings["temperature"] = self.temperature
        async with http_client(limits, self.address.base_url) as http:
            async with asyncio.timeout(limits.max_call_seconds):
                return await model_request(
                    self.model_of(http),
                    messages,
                    model_settings=settings,
                    model_request_parameters=parameters,
                    instrument=False,
                )

    def _answer(self, response: ModelResponse) -> Answer:
        usage = response.usage
        used = [min(max(tokens, 0), MAX_TOKENS) for tokens in (usage.input_tokens, usage.output_tokens)]
        usd = self._usd(response, *used)
        spent = Spent(
            num_calls=1, input_tokens=used[0], output_tokens=used[1], usd=usd or 0.0, is_priced=usd is not None
        )
        model = _writable(response.model_name or self.model)[:MAX_NAME_CHARACTERS]
        return Answer(_writable(response.text or ""), model, spent, was_kept=False)

    def _usd(self, response: ModelResponse, input_tokens: int, output_tokens: int) -> float | None:
        if price := self.address.price:
            cost = input_tokens * price.input_usd_per_million + output_tokens * price.output_usd_per_million
            return cost / 1e6
        try:
            return float(response.cost().total_price)
        except (LookupError, ValueError):
            return None

    def _provider_error(self, error: Exception) -> ProviderError:
        address = self.address
        if isinstance(error, ModelHTTPError):
            what, remedy = f"refuses the call with status {error.status_code}", _remedy(error.status_code, address)
        else:
            what, remedy = "does not answer as it should", "see that it runs and that base_url is right"
        why = " ".join(_root(error).split()) or f"nothing within {address.limits.max_call_seconds:g} s"
        if address.api_key:
            why = why.replace(address.api_key, "***")
        return ProviderError(
            f"the server of {self.model} at {address.base_url} {what}: {why[:MAX_WHY_CHARACTERS]}",
            remedy=f"{remedy}, then: pegbar resume",
            subject=self.model,
        )


def _writable(text: str) -> str:
    """Return the text without lone surrogates, which JSON may hold and no file can."""
    return text.encode("utf-8", "replace").decode()


def _root(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)


def _remedy(status: int, address: Address) -> str:
    match status:
        case 401 | 403:
            return f"put a key that is valid there into the environment variable {address.api_key_variable}"
        case 404:
            return "correct the model in the recipe, or base_url in settings.toml"
        case 400 | 413 | 422:
            return "correct the client in the recipe (a server without json_schema takes output='text')"
        case _:
            return "wait until it takes calls again"
