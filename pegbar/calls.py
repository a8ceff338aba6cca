"""Calls to language models outside: where they go, what they may cost, and what they did cost.

Neither an address nor a budget is part of what a step's key digests: another server of the same model, or more money,
gives no other answer.
"""

from typing import Protocol

from pydantic import Field

from pegbar.config import Config


class Provider(Config):
    """One server of language models. Setting it is the permission to send it text and pictures.

    Args:
        base_url: of its API, ``https://host/v1`` for an OpenAI-compatible one; None is the vendor's own.
        api_key_variable: the environment variable that holds the key; the key itself is never a setting.
    """

    base_url: str | None = None
    api_key_variable: str


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


class Spent(Config):
    """What a call, or a run, has used."""

    num_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0


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
