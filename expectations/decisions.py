"""What every decision must be: one last word per item and gate, with a reason where it says no."""

from typing import TYPE_CHECKING, get_args

from expectations.checks import Holds, OneOf, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import Tables, predicate
from pegbar.records import Decision, Outcome

if TYPE_CHECKING:
    import pandas as pd


@predicate
def failure_gives_a_reason(tables: Tables) -> "pd.Series[bool]":
    """What was not kept says why."""
    decisions = tables["decisions"]
    return (decisions["outcome"] == "kept") | (decisions["reason"].fillna("").str.len() > 0)


SUITE = TableSuite(
    table="decisions",
    key="item_id",
    columns=columns_of("decisions"),
    checks=(
        *presence_checks("decisions"),
        Unique(name="one_last_word", columns=("item_kind", "item_id", "gate"), message="one gate decided twice"),
        OneOf(name="outcome", column="outcome", values=get_args(Outcome), message="an unknown outcome"),
        OneOf(
            name="item_kind",
            column="item_kind",
            values=get_args(Decision.model_fields["item_kind"].annotation),
            message="an unknown kind of item",
        ),
        Holds(
            name="gives_a_reason", predicate="failure_gives_a_reason", message="an item was refused without a reason"
        ),
    ),
)
