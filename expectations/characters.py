"""What every character must be: of a known story, once."""

from typing import TYPE_CHECKING

from expectations.checks import Holds, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import Tables, known, predicate

if TYPE_CHECKING:
    import pandas as pd


@predicate
def character_has_a_story(tables: Tables) -> "pd.Series[bool]":
    """A character's story is in the stories."""
    return known(tables["characters"]["story_id"], tables["stories"]["story_id"])


SUITE = TableSuite(
    table="characters",
    key="character_id",
    columns=columns_of("characters"),
    min_rows=0,  # a dataset of unannotated films has none; stories ask for what they need
    checks=(
        *presence_checks("characters"),
        Unique(name="unique_id", columns=("character_id",), message="two characters have the same id"),
        Unique(
            name="unique_name", columns=("story_id", "name"), message="two characters of a story have the same name"
        ),
        Holds(
            name="has_a_story", predicate="character_has_a_story", message="a character's story is not in the stories"
        ),
    ),
)
