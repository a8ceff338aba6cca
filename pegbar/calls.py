"""Calls to language models outside: where they go, what they may cost, and what they did cost.

Neither an address nor a budget is part of what a step's key digests: another server of the same model, or more money,
gives no other answer.
"""

import threading
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from pegbar.config import Config
from pegbar.errors import CallBudgetError

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


class Price(Config):
    """What a model's server charges, in US dollars per million tokens."""

    input_usd_per_million: float = Field(ge=0)
    output_usd_per_million: float = Field(ge=0)


class Provider(Config):
    """One server of language models. Setting it is the permission to send it text and pictures.

    Args:
        base_url: of its API, ``https://host/v1`` for an OpenAI-compatible one; None is the vendor's own.
        api_key_variable: the environment variable that holds the key; the key itself is never a setting. A server on
            this machine needs none, and None says that one elsewhere needs none either.
        prices: by model, where they are not those that genai-prices knows.
    """

    base_url: str | None = None
    api_key_variable: str | None = None
    prices: Mapping[str, Price] = {}

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, base_url: str | None) -> str | None:
        """Refuse what would fail at the first call, and a password, which errors would show."""
        if base_url is not None:
            parts = urlsplit(base_url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
                raise ValueError("give https://host/path, without user, password or query")
        return base_url

    @property
    def is_on_this_machine(self) -> bool:
        """Tell whether its address is a loopback one."""
        return urlsplit(self.base_url or "").hostname in LOOPBACK_HOSTS


class CallLimits(Config):
    """How long one call may take and how often it is tried, whatever the server does.

    Args:
        max_attempts: tries of one call in all, where the server is busy, broken, silent or cuts the connection.
        max_wait_seconds: between two tries, whatever the server asks for.
        max_attempt_seconds: of one try, from the connection to the last byte.
        max_call_seconds: of one call, its tries and waits together.
        max_response_bytes: of one answer's body.
    """

    max_attempts: int = Field(default=5, ge=1)
    max_wait_seconds: float = Field(default=60.0, ge=0)
    max_attempt_seconds: float = Field(default=300.0, gt=0)
    max_call_seconds: float = Field(default=900.0, gt=0)
    max_response_bytes: int = Field(default=16 * 2**20, gt=0)


class CallBudget(Config):
    """What one run may spend on calls, over all its processes."""

    max_calls: int = Field(default=10_000, ge=0)
    max_tokens: int = Field(default=50_000_000, ge=0)
    max_usd: float = Field(default=50.0, ge=0)
    max_seconds: float = Field(default=24 * 3600.0, ge=0)


class CallSettings(Config):
    """Which providers are set, and what a run may spend on them. None is set by default: nothing leaves the machine."""

    openai: Provider | None = None
    gemini: Provider | None = None
    budget: CallBudget = CallBudget()
    limits: CallLimits = CallLimits()


class Spent(Config):
    """What a call, or a run, has used. Where the price of a call is not known it counts as 0, `is_priced` false."""

    num_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    is_priced: bool = True

    def plus(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(
            num_calls=self.num_calls + other.num_calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            usd=self.usd + other.usd,
            seconds=self.seconds + other.seconds,
            is_priced=self.is_priced and other.is_priced,
        )


class Meter(Protocol):
    """Counts a run's calls against its budget, over all its processes."""

    def reserve(self, key: str, model: str) -> int:
        """Book one call before it is made and return its number.

        Args:
            key: digest of the question.

        Raises:
            CallBudgetError: the run has spent what it may.
        """
        ...

    def settle(self, call: int, spent: Spent, outcome: str) -> None:
        """Book what the call used; `outcome` is ``answered`` or what went wrong."""
        ...


class MemoryMeter:
    """A meter of this process alone, for work outside a run. Threads may share it."""

    def __init__(self, budget: CallBudget) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._num_reserved = 0
        self._settled = Spent()

    @property
    def spent(self) -> Spent:
        """What was booked so far; a call under way counts."""
        return self._settled.but(num_calls=self._num_reserved)

    def reserve(self, key: str, model: str) -> int:
        """Book one call (see `Meter`)."""
        with self._lock:
            check_budget(self.spent, self._budget, "this process")
            self._num_reserved += 1
            return self._num_reserved

    def settle(self, call: int, spent: Spent, outcome: str) -> None:
        """Book what the call used (see `Meter`)."""
        with self._lock:
            self._settled = self._settled.plus(spent)


def check_budget(spent: Spent, budget: CallBudget, who: str) -> None:
    """Let a next call pass, or not.

    Raises:
        CallBudgetError: calls, tokens, money or seconds are spent; it says which.
    """
    measures = {
        "max_calls": (spent.num_calls, budget.max_calls),
        "max_tokens": (spent.input_tokens + spent.output_tokens, budget.max_tokens),
        "max_usd": (spent.usd, budget.max_usd),
        "max_seconds": (spent.seconds, budget.max_seconds),
    }
    for name, (used, allowed) in measures.items():
        if used >= allowed:
            raise CallBudgetError(
                f"{who} has used {used:g} of {allowed:g} that [calls.budget] {name} allows",
                remedy=f"raise {name} under [calls.budget] of settings.toml in the home, then: pegbar resume",
                subject=name,
            )
