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


@predicate
def film_crop_lies_in_its_picture(tables: Tables) -> "pd.Series[bool]":
    """What is cropped away is at the border, and something is left."""
    films = tables["films"]
    starts = (films["crop_left"] >= 0) & (films["crop_top"] >= 0)
    some = (films["crop_width"] >= 1) & (films["crop_height"] >= 1)
    across = films["crop_left"] + films["crop_width"] <= films["width"]
    return starts & some & across & (films["crop_top"] + films["crop_height"] <= films["height"])


@predicate
def film_of_a_story_is_kept(tables: Tables) -> "pd.Series[bool]":
    """A film that a gate rejected has no stories, and one that every gate kept has one."""
    films = tables["films"]
    return films["kept"].astype(bool) == known(films["film_id"], tables["stories"]["film_id"])


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
        Holds(
            name="crop_in_picture",
            predicate="film_crop_lies_in_its_picture",
            message="a crop reaches beyond its picture",
        ),
        Holds(
            name="kept_means_stories",
            predicate="film_of_a_story_is_kept",
            message="a rejected film has stories, or a kept one has none",
        ),
        Holds(name="has_a_decision", predicate="film_has_a_decision", message="a film has no decision"),
    ),
)
