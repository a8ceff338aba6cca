"""What every reference picture must be: a known character in one of its shots, within the area limits."""

from typing import TYPE_CHECKING

from expectations.checks import Between, Holds, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import Tables, looked_up, predicate

if TYPE_CHECKING:
    import pandas as pd


@predicate
def reference_shows_a_known_character(tables: Tables) -> "pd.Series[bool]":
    """The character is one of the reference's story."""
    story = looked_up(tables, "characters", "character_id", "references", "story_id")
    return story == tables["references"]["story_id"]


@predicate
def reference_lies_in_its_shot(tables: Tables) -> "pd.Series[bool]":
    """The frame is one of the shot's, and the shot lists the character."""
    import pandas as pd

    references, shots = tables["references"], tables["shots"].drop_duplicates("shot_id").set_index("shot_id")
    shot = shots.reindex(references["shot_id"])
    frames = references["frame"].to_numpy()
    inside = (frames >= shot["start_frame"].to_numpy()) & (frames < shot["end_frame"].to_numpy())
    cast = [names if isinstance(names, tuple) else () for names in shot["character_ids"]]
    listed = [who in names for who, names in zip(references["character_id"], cast, strict=True)]
    return pd.Series(inside, index=references.index) & pd.Series(listed, index=references.index, dtype=bool)


SUITE = TableSuite(
    table="references",
    key="reference_id",
    columns=columns_of("references"),
    min_rows=0,  # a dataset of unannotated films has none; the training view asks for one per story
    checks=(
        *presence_checks("references"),
        Unique(name="unique_id", columns=("reference_id",), message="two references have the same id"),
        Between(
            name="mask_area",
            column="mask_area_share",
            low=0.05,
            high=0.9,
            message="a mask outside 5 to 90 % of its frame",
        ),
        Between(name="score", column="score", low=0.0, high=1.0, message="a score outside 0 to 1"),
        Between(name="image_size", column="image_size", low=1, message="a picture has no bytes"),
        Between(name="mask_size", column="mask_size", low=1, message="a mask has no bytes"),
        Holds(
            name="known_character",
            predicate="reference_shows_a_known_character",
            message="a reference shows a character its story does not have",
        ),
        Holds(name="in_its_shot", predicate="reference_lies_in_its_shot", message="a reference is not from its shot"),
    ),
)
