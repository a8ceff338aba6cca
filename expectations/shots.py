"""What every shot must be: in its film and story, contiguous, covering, with a known cast and place."""

from typing import TYPE_CHECKING, get_args

from expectations.checks import Between, Holds, OneOf, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import TOLERANCE_SECONDS, Tables, looked_up, predicate, within
from pegbar.records import Transition

if TYPE_CHECKING:
    import pandas as pd


@predicate
def shot_has_a_story(tables: Tables) -> "pd.Series[bool]":
    """A shot's story is in the stories, with the same film."""
    film = looked_up(tables, "stories", "story_id", "shots", "film_id")
    return film.notna() & (film == tables["shots"]["film_id"])


@predicate
def shot_starts_before_it_ends(tables: Tables) -> "pd.Series[bool]":
    """In seconds and in frames."""
    shots = tables["shots"]
    return (shots["start_seconds"] < shots["end_seconds"]) & (shots["start_frame"] < shots["end_frame"])


@predicate
def shot_lies_in_its_film(tables: Tables) -> "pd.Series[bool]":
    """Within the film's seconds and frames."""
    shots = tables["shots"]
    duration = looked_up(tables, "films", "film_id", "shots", "duration_seconds")
    frames = looked_up(tables, "films", "film_id", "shots", "num_frames")
    return within(shots, duration) & (shots["end_frame"] <= frames)


@predicate
def shot_does_not_overlap(tables: Tables) -> "pd.Series[bool]":
    """A shot starts no earlier than the one before it in its story ends."""
    return _gap_to_previous(tables) >= -TOLERANCE_SECONDS


@predicate
def shot_leaves_no_gap(tables: Tables) -> "pd.Series[bool]":
    """A shot starts no later than the one before it ends; the first and last touch the story's own ends."""
    shots = tables["shots"]
    order = shots.sort_values(["story_id", "start_seconds"])
    story_start = looked_up(tables, "stories", "story_id", "shots", "start_seconds")
    story_end = looked_up(tables, "stories", "story_id", "shots", "end_seconds")
    is_first = ~order.duplicated("story_id", keep="first").reindex(shots.index)
    is_last = ~order.duplicated("story_id", keep="last").reindex(shots.index)
    starts = ~is_first | ((shots["start_seconds"] - story_start).abs() <= TOLERANCE_SECONDS)
    ends = ~is_last | ((shots["end_seconds"] - story_end).abs() <= TOLERANCE_SECONDS)
    return starts & ends & (_gap_to_previous(tables) <= TOLERANCE_SECONDS)


@predicate
def shot_times_agree(tables: Tables) -> "pd.Series[bool]":
    """Story-relative times are the film's less the story's start."""
    shots = tables["shots"]
    story_start = looked_up(tables, "stories", "story_id", "shots", "start_seconds")
    start = (shots["start_seconds"] - story_start - shots["story_start_seconds"]).abs()
    end = (shots["end_seconds"] - story_start - shots["story_end_seconds"]).abs()
    return (start <= TOLERANCE_SECONDS) & (end <= TOLERANCE_SECONDS)


@predicate
def shot_segment_lies_inside(tables: Tables) -> "pd.Series[bool]":
    """A segment, where there is one, is inside its shot, in film time and in story time alike."""
    shots = tables["shots"]
    start, end = shots["segment_start_seconds"], shots["segment_end_seconds"]
    offset = shots["start_seconds"] - shots["story_start_seconds"]
    inside = (start >= shots["start_seconds"] - TOLERANCE_SECONDS) & (end <= shots["end_seconds"] + TOLERANCE_SECONDS)
    starts = (start - shots["story_segment_start_seconds"] - offset).abs() <= TOLERANCE_SECONDS
    ends = (end - shots["story_segment_end_seconds"] - offset).abs() <= TOLERANCE_SECONDS
    return start.isna() | (inside & (start < end) & starts & ends)


@predicate
def shot_names_known_characters(tables: Tables) -> "pd.Series[bool]":
    """Every character of a shot is one of its story's."""
    listed = set(zip(tables["characters"]["story_id"], tables["characters"]["character_id"], strict=True))
    pairs = zip(tables["shots"]["story_id"], tables["shots"]["character_ids"], strict=True)
    return _series(tables["shots"], [all((story, who) in listed for who in cast) for story, cast in pairs])


@predicate
def shot_names_a_known_scene(tables: Tables) -> "pd.Series[bool]":
    """A shot's scene, if it has one, is one of its story's."""
    listed = set(zip(tables["scenes"]["story_id"], tables["scenes"]["scene_id"], strict=True))
    scenes = tables["shots"]["scene_id"]
    pairs = zip(tables["shots"]["story_id"], scenes, scenes.isna(), strict=True)
    return _series(tables["shots"], [missing or (story, scene) in listed for story, scene, missing in pairs])


def _gap_to_previous(tables: Tables) -> "pd.Series[float]":
    """Seconds between a shot's start and the latest end before it in its story; 0 for the first."""
    shots = tables["shots"]
    order = shots.sort_values(["story_id", "start_seconds", "end_seconds"])
    previous = order.groupby("story_id")["end_seconds"].transform(lambda ends: ends.cummax().shift())
    return (order["start_seconds"] - previous).fillna(0.0).reindex(shots.index)


def _series(frame: "pd.DataFrame", values: list[bool]) -> "pd.Series[bool]":
    import pandas as pd

    return pd.Series(values, index=frame.index, dtype=bool)


SUITE = TableSuite(
    table="shots",
    key="shot_id",
    columns=columns_of("shots"),
    checks=(
        *presence_checks("shots"),
        Unique(name="unique_id", columns=("shot_id",), message="two shots have the same id"),
        Unique(name="unique_index", columns=("story_id", "index"), message="two shots have one place in a story"),
        OneOf(name="transition", column="transition_in", values=get_args(Transition), message="an unknown transition"),
        Between(name="clip_offset", column="clip_offset", low=512, message="a clip lies before a tar's first header"),
        Between(name="clip_size", column="clip_size", low=1, message="a clip has no bytes"),
        Holds(name="has_a_story", predicate="shot_has_a_story", message="a shot's story is unknown or another film's"),
        Holds(name="times_in_order", predicate="shot_starts_before_it_ends", message="a shot ends before it starts"),
        Holds(name="within_film", predicate="shot_lies_in_its_film", message="a shot reaches beyond its film"),
        Holds(name="no_overlap", predicate="shot_does_not_overlap", message="a shot starts before the last one ends"),
        Holds(name="no_gap", predicate="shot_leaves_no_gap", message="shots do not cover their story"),
        Holds(name="times_agree", predicate="shot_times_agree", message="film and story times disagree"),
        Holds(name="segment_inside", predicate="shot_segment_lies_inside", message="a segment lies outside its shot"),
        Holds(
            name="known_characters",
            predicate="shot_names_known_characters",
            message="a shot names a character its story does not have",
        ),
        Holds(
            name="known_scene",
            predicate="shot_names_a_known_scene",
            message="a shot names a scene its story does not have",
        ),
    ),
)
