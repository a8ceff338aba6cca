"""What every film must be."""

from typing import TYPE_CHECKING

from expectations.checks import Between, Holds, Matches, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import Tables, known, predicate

if TYPE_CHECKING:
    import pandas as pd


@predicate
def film_has_a_decision(tables: Tables) -> "pd.Series[bool]":
    """Nothing is silently dropped or silently kept: every film has a last word."""
    return known(tables["films"]["film_id"], tables["decisions"]["item_id"])


SUITE = TableSuite(
    table="films",
    key="film_id",
    columns=columns_of("films"),
    checks=(
        *presence_checks("films"),
        Unique(name="unique_id", columns=("film_id",), message="two films have the same id"),
        Matches(name="sha256", column="sha256", pattern=r"^[0-9a-f]{64}$", message="a digest is not a sha256"),
        Between(name="fps", column="fps", low=1.0, high=240.0, message="frames per second outside 1 to 240"),
        Between(
            name="duration", column="duration_seconds", low=0.04, high=1e6, message="a film of no or absurd length"
        ),
        Between(name="width", column="width", low=2, high=16384, message="a width no encoder takes"),
        Between(name="height", column="height", low=2, high=16384, message="a height no encoder takes"),
        Between(name="num_frames", column="num_frames", low=1, message="a film without frames"),
        Holds(name="has_a_decision", predicate="film_has_a_decision", message="a film has no decision"),
    ),
)
