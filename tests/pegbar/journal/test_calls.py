"""The ledger of language calls: processes together keep within a budget, and nothing is forgotten."""

import math

import pytest
from servers.journal_workers import race, spend_all
from servers.sql import tamper

from pegbar.calls import CallBudget, Spent
from pegbar.errors import CallBudgetError, HostileNameError, InputError, NotFoundError
from pegbar.journal import Journal

USED = Spent(num_calls=1, input_tokens=100, output_tokens=20, usd=0.25, seconds=1.5)
KEY = "k" * 64


def test_two_processes_together_never_exceed_the_calls(url: str) -> None:
    spent = race(spend_all, 2, url, CallBudget(max_calls=30))
    assert sum(spent) == 30
    assert len(Journal.open(url).calls("run")) == 30


@pytest.mark.parametrize(
    "budget", [CallBudget(max_tokens=240), CallBudget(max_usd=0.5), CallBudget(max_seconds=3.0)], ids=str
)
def test_tokens_money_and_seconds_stop_the_next_call(journal: Journal, budget: CallBudget) -> None:
    for _ in range(2):
        journal.settle_call(journal.reserve_call("run", KEY, "gpt", budget), USED, "answered")
    with pytest.raises(CallBudgetError, match="'run'"):
        journal.reserve_call("run", KEY, "gpt", budget)
    journal.reserve_call("another run", KEY, "gpt", budget)


def test_a_call_that_was_never_settled_counts(journal: Journal) -> None:
    budget = CallBudget(max_calls=1)
    journal.reserve_call("run", KEY, "gpt", budget)
    with pytest.raises(CallBudgetError):
        journal.reserve_call("run", KEY, "gpt", budget)


def test_totals_are_per_run_and_model(journal: Journal) -> None:
    budget = CallBudget()
    for run_id, model, spent in (
        ("a", "gpt", USED),
        ("a", "gpt", USED),
        ("b", "qwen", USED.but(is_priced=False, usd=0)),
    ):
        journal.settle_call(journal.reserve_call(run_id, KEY, model, budget), spent, "answered")
    journal.settle_call(journal.reserve_call("a", KEY, "gpt", budget), Spent(seconds=0.5), "ProviderError")
    journal.reserve_call("a", KEY, "qwen", budget)

    totals = {(total.run_id, total.model): total for total in journal.call_totals()}
    assert totals["a", "gpt"].spent == Spent(
        num_calls=3, input_tokens=200, output_tokens=40, usd=0.5, seconds=3.5, is_priced=True
    )
    assert totals["a", "gpt"].num_unanswered == 1
    assert (totals["a", "qwen"].spent.num_calls, totals["a", "qwen"].num_unanswered) == (1, 1)
    assert not totals["b", "qwen"].spent.is_priced
    assert [total.model for total in journal.call_totals("b")] == ["qwen"]
    assert journal.call_totals("nobody") == []


def test_every_call_is_there_with_its_outcome(journal: Journal) -> None:
    journal.settle_call(journal.reserve_call("run", KEY, "gpt", CallBudget()), USED, "bad\0 \ud800 answer")
    (call,) = journal.calls("run")
    assert (call.key, call.model, call.outcome, call.output_tokens) == (KEY, "gpt", "bad\\0 \\ud800 answer", 20)


@pytest.mark.parametrize("spent", [USED.but(usd=math.nan), USED.but(seconds=-1.0), USED.but(input_tokens=-5)])
def test_numbers_that_are_none_are_refused(journal: Journal, spent: Spent) -> None:
    call = journal.reserve_call("run", KEY, "gpt", CallBudget())
    with pytest.raises(InputError, match="cannot have used"):
        journal.settle_call(call, spent, "answered")


def test_unknown_calls_and_hostile_names_are_refused(journal: Journal) -> None:
    with pytest.raises(NotFoundError):
        journal.settle_call(7, USED, "answered")
    with pytest.raises(HostileNameError):
        journal.reserve_call("run\n", KEY, "gpt", CallBudget())


def test_a_journal_of_the_version_before_learns_to_count_calls(url: str) -> None:
    Journal.open(url).begin_run("r1", "curate", {}, "films", "studio")
    tamper(url, "drop table pegbar_calls", "update pegbar_meta set version = 1")
    journal = Journal.open(url)
    journal.reserve_call("r1", KEY, "gpt", CallBudget())
    assert [run.run_id for run in journal.runs()] == ["r1"]
    assert journal.call_totals()[0].spent.num_calls == 1
