"""What every story must be: in its film, with its shots counted and, if annotated, its cast named."""

from typing import TYPE_CHECKING

from expectations.checks import Between, Holds, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import Tables, known, looked_up, predicate, within

if TYPE_CHECKING:
    import pandas as pd


@predicate
def story_has_a_film(tables: Tables) -> "pd.Series[bool]":
    """A story's film is in the films."""
    return known(tables["stories"]["film_id"], tables["films"]["film_id"])


@predicate
def story_lies_in_its_film(tables: Tables) -> "pd.Series[bool]":
    """0 <= start < end <= the film's duration."""
    stories = tables["stories"]
    duration = looked_up(tables, "films", "film_id", "stories", "duration_seconds")
    return within(stories, duration)


@predicate
def story_counts_its_shots(tables: Tables) -> "pd.Series[bool]":
    """`num_shots` is the number of the story's shots, and not zero."""
    stories = tables["stories"]
    found = stories["story_id"].map(tables["shots"].groupby("story_id").size()).fillna(0)
    return (stories["num_shots"] == found) & (found > 0)


@predicate
def story_names_its_cast(tables: Tables) -> "pd.Series[bool]":
    """An annotated story has a storyline, a character and a scene."""
    stories = tables["stories"]
    cast = known(stories["story_id"], tables["characters"]["story_id"])
    places = known(stories["story_id"], tables["scenes"]["story_id"])
    return ~stories["is_annotated"].astype(bool) | (cast & places & stories["storyline"].notna())


@predicate
def story_has_a_decision(tables: Tables) -> "pd.Series[bool]":
    """Every story has a last word."""
    return known(tables["stories"]["story_id"], tables["decisions"]["item_id"])


SUITE = TableSuite(
    table="stories",
    key="story_id",
    columns=columns_of("stories"),
    checks=(
        *presence_checks("stories"),
        Unique(name="unique_id", columns=("story_id",), message="two stories have the same id"),
        Unique(name="unique_index", columns=("film_id", "index"), message="two stories have one place in a film"),
        Between(name="index", column="index", low=0, message="a negative place"),
        Holds(name="has_a_film", predicate="story_has_a_film", message="a story's film is not in the films"),
        Holds(name="within_film", predicate="story_lies_in_its_film", message="a story reaches beyond its film"),
        Holds(name="counts_shots", predicate="story_counts_its_shots", message="num_shots is not the number of shots"),
        Holds(
            name="names_cast", predicate="story_names_its_cast", message="an annotated story lacks cast or storyline"
        ),
        Holds(name="has_a_decision", predicate="story_has_a_decision", message="a story has no decision"),
    ),
)
