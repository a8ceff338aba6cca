"""What every scene must be: of a known story, once."""

from typing import TYPE_CHECKING

from expectations.checks import Holds, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import Tables, known, predicate

if TYPE_CHECKING:
    import pandas as pd


@predicate
def scene_has_a_story(tables: Tables) -> "pd.Series[bool]":
    """A scene's story is in the stories."""
    return known(tables["scenes"]["story_id"], tables["stories"]["story_id"])


SUITE = TableSuite(
    table="scenes",
    key="scene_id",
    columns=columns_of("scenes"),
    min_rows=0,  # a dataset of unannotated films has none; stories ask for what they need
    checks=(
        *presence_checks("scenes"),
        Unique(name="unique_id", columns=("scene_id",), message="two scenes have the same id"),
        Unique(name="unique_name", columns=("story_id", "name"), message="two scenes of a story have the same name"),
        Holds(name="has_a_story", predicate="scene_has_a_story", message="a scene's story is not in the stories"),
    ),
)
