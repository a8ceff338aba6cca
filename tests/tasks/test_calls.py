"""A run's language calls: settings from the home, replies kept in it, the ledger in the journal."""

from pathlib import Path

import pytest

from pegbar.calls import Spent
from pegbar.errors import CallBudgetError
from pegbar.settings import load_settings
from tasks.calls import calls_of
from tasks.context import RunContext

SETTINGS = """
[calls.openai]
base_url = "http://127.0.0.1:8000/v1"
[calls.openai.prices."our-model"]
input_usd_per_million = 1.0
output_usd_per_million = 2.0
[calls.budget]
max_calls = 1
"""


def test_a_run_is_given_its_provider_its_budget_and_its_place(home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text(SETTINGS)
    settings = load_settings()
    with RunContext(settings=settings, workspace=home, run_id="r1").open() as artifacts:
        calls = calls_of(artifacts, settings)
        assert calls.folder == home / "replies"
        assert calls.settings.openai is not None
        assert calls.settings.openai.prices["our-model"].output_usd_per_million == 2.0
        calls.meter.settle(calls.meter.reserve("key", "our-model"), Spent(num_calls=1, usd=0.5), "answered")
        with pytest.raises(CallBudgetError, match="'r1'"):
            calls.meter.reserve("key", "our-model")
        (total,) = artifacts.journal.call_totals("r1")
    assert (total.model, total.spent.num_calls, total.spent.usd) == ("our-model", 1, 0.5)
