"""Settings of language calls, and the meter of one process."""

import pytest

from pegbar.calls import CallBudget, CallSettings, MemoryMeter, Provider, Spent
from pegbar.errors import CallBudgetError, ConfigurationError

USED = Spent(num_calls=1, input_tokens=60, output_tokens=40, usd=0.5, seconds=2.0)


@pytest.mark.parametrize(
    "base_url", ["models.example/v1", "ftp://models.example", "https://", "https://me:secret@models.example/v1"]
)
def test_an_address_that_cannot_be_called_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        Provider().but(base_url=base_url)


@pytest.mark.parametrize(
    ("base_url", "is_here"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8/v1", True),
        ("http://127.0.0.1.example/v1", False),
        (None, False),
    ],
)
def test_this_machine_is_known_by_its_address(base_url: str | None, is_here: bool) -> None:
    assert Provider(base_url=base_url).is_on_this_machine is is_here


def test_no_provider_is_set_by_default() -> None:
    assert (CallSettings().openai, CallSettings().gemini) == (None, None)


@pytest.mark.parametrize(
    ("budget", "num_calls"),
    [
        (CallBudget(max_calls=3), 3),
        (CallBudget(max_tokens=250), 3),  # 100 and 200 are below 250, 300 is not
        (CallBudget(max_usd=1.0), 2),
        (CallBudget(max_seconds=5.0), 3),
        (CallBudget(max_calls=0), 0),
    ],
)
def test_what_is_spent_stops_the_next_call(budget: CallBudget, num_calls: int) -> None:
    meter = MemoryMeter(budget)
    for _ in range(num_calls):
        meter.settle(meter.reserve("key", "model"), USED, "answered")
    with pytest.raises(CallBudgetError, match="max_") as caught:
        meter.reserve("key", "model")
    assert caught.value.subject in caught.value.remedy
    assert meter.spent.num_calls == num_calls


def test_a_call_under_way_counts() -> None:
    meter = MemoryMeter(CallBudget(max_calls=1))
    meter.reserve("key", "model")
    with pytest.raises(CallBudgetError):
        meter.reserve("key", "model")


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    both = USED.plus(Spent(num_calls=1, is_priced=False))
    assert (both.num_calls, both.usd, both.is_priced) == (2, 0.5, False)
