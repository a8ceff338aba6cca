"""What every audio shot must be: whole shots of its story, contiguous, long enough, with its sound and its words."""

from typing import TYPE_CHECKING

from expectations.checks import Between, Holds, TableSuite, Unique
from expectations.columns import columns_of, presence_checks
from expectations.predicates import TOLERANCE_SECONDS, Tables, looked_up, predicate, within

if TYPE_CHECKING:
    import pandas as pd

TOLD = ("sound_type", "sound_description", "visual_context")
MIN_SECONDS = 3.0  # AnimeShooter, appendix A.3: each lasts more than this


@predicate
def audio_shot_has_a_story(tables: Tables) -> "pd.Series[bool]":
    """An audio shot's story is in the stories, with the same film, and is kept."""
    film = looked_up(tables, "stories", "story_id", "audio_shots", "film_id")
    kept = looked_up(tables, "stories", "story_id", "audio_shots", "kept")
    return film.notna() & (film == tables["audio_shots"]["film_id"]) & kept.eq(True)


@predicate
def audio_shot_lies_in_its_film(tables: Tables) -> "pd.Series[bool]":
    """Within the film's seconds, in order."""
    duration = looked_up(tables, "films", "film_id", "audio_shots", "duration_seconds")
    return within(tables["audio_shots"], duration.astype(float))  # of no rows, pandas would make text


@predicate
def audio_shot_is_whole_shots(tables: Tables) -> "pd.Series[bool]":
    """It begins with its first shot and ends with its last, both of its story, in film time and in story time."""
    audio_shots = tables["audio_shots"]
    first, last = _shot_at(tables, "first_shot"), _shot_at(tables, "last_shot")
    agree = audio_shots["first_shot"] <= audio_shots["last_shot"]
    for shot, column in ((first, "start_seconds"), (last, "end_seconds")):
        for name in (column, f"story_{column}"):
            gap = (shot[name].to_numpy() - audio_shots[name]).abs()
            agree &= gap <= TOLERANCE_SECONDS  # False where the shot is not there
    return agree


@predicate
def audio_shots_are_contiguous(tables: Tables) -> "pd.Series[bool]":
    """The first begins with the first shot of its story, each other one after the last shot of the one before it."""
    order = tables["audio_shots"].sort_values(["story_id", "first_shot", "last_shot"])
    before = order.groupby("story_id")["last_shot"].shift().fillna(-1)
    return (order["first_shot"] == before + 1).reindex(tables["audio_shots"].index)


@predicate
def audio_shots_cover_their_story(tables: Tables) -> "pd.Series[bool]":
    """The last one ends with the last shot of its story."""
    audio_shots = tables["audio_shots"]
    last = audio_shots.groupby("story_id")["last_shot"].transform("max")
    return last == looked_up(tables, "stories", "story_id", "audio_shots", "num_shots").astype(float) - 1


@predicate
def kept_audio_shot_is_long(tables: Tables) -> "pd.Series[bool]":
    """One that is kept lasts over three seconds."""
    audio_shots = tables["audio_shots"]
    return ~audio_shots["kept"].astype(bool) | (audio_shots["end_seconds"] - audio_shots["start_seconds"] > MIN_SECONDS)


@predicate
def audio_shot_names_known_characters(tables: Tables) -> "pd.Series[bool]":
    """Every character of an audio shot is one of its story's."""
    import pandas as pd

    audio_shots = tables["audio_shots"]
    listed = set(zip(tables["characters"]["story_id"], tables["characters"]["character_id"], strict=True))
    pairs = zip(audio_shots["story_id"], audio_shots["character_ids"], strict=True)
    known = [all((story, who) in listed for who in cast) for story, cast in pairs]
    return pd.Series(known, index=audio_shots.index, dtype=bool)


@predicate
def audio_shot_names_a_known_scene(tables: Tables) -> "pd.Series[bool]":
    """An audio shot's scene, if it has one, is one of its story's."""
    scene_story = looked_up(tables, "scenes", "scene_id", "audio_shots", "story_id")
    return tables["audio_shots"]["scene_id"].isna() | (scene_story == tables["audio_shots"]["story_id"])


@predicate
def audio_shot_sound_is_told_whole(tables: Tables) -> "pd.Series[bool]":
    """Type and context are there together or not at all, and never without a description; none is blank."""
    audio_shots = tables["audio_shots"]
    kind, sound, context = (_is_told(audio_shots[name]) for name in TOLD)
    is_blank = sum((audio_shots[name].notna() & ~_is_told(audio_shots[name])).astype(int) for name in TOLD)
    return (kind == context) & (sound | ~kind) & (is_blank == 0)


def _is_told(texts: "pd.Series[str]") -> "pd.Series[bool]":
    return texts.fillna("").astype(str).str.strip() != ""


def _shot_at(tables: Tables, column: str) -> "pd.DataFrame":
    """Return the shot of its story that each audio shot names in a column; missing values where there is none."""
    import pandas as pd

    shots = tables["shots"].drop_duplicates(["story_id", "index"]).set_index(["story_id", "index"])
    wanted = pd.MultiIndex.from_frame(tables["audio_shots"][["story_id", column]])
    return shots.reindex(wanted)


SUITE = TableSuite(
    table="audio_shots",
    key="audio_shot_id",
    columns=columns_of("audio_shots"),
    min_rows=0,  # most films have speech or music
    checks=(
        *presence_checks("audio_shots"),
        Unique(name="unique_id", columns=("audio_shot_id",), message="two audio shots have the same id"),
        Unique(name="unique_index", columns=("story_id", "index"), message="two audio shots have one place in a story"),
        Between(
            name="sound_offset", column="sound_offset", low=512, message="a sound lies before a tar's first header"
        ),
        Between(name="sound_size", column="sound_size", low=1, message="a sound has no bytes"),
        Holds(
            name="has_a_story",
            predicate="audio_shot_has_a_story",
            message="an audio shot's story is unknown, rejected or another film's",
        ),
        Holds(
            name="within_film", predicate="audio_shot_lies_in_its_film", message="an audio shot reaches beyond its film"
        ),
        Holds(
            name="whole_shots",
            predicate="audio_shot_is_whole_shots",
            message="an audio shot does not begin and end with shots of its story",
        ),
        Holds(
            name="contiguous",
            predicate="audio_shots_are_contiguous",
            message="an audio shot does not follow the one before it",
        ),
        Holds(
            name="covers_story",
            predicate="audio_shots_cover_their_story",
            message="audio shots do not reach to the end of their story",
        ),
        Holds(name="long_enough", predicate="kept_audio_shot_is_long", message="a kept audio shot is 3 s or shorter"),
        Holds(
            name="known_characters",
            predicate="audio_shot_names_known_characters",
            message="an audio shot names a character its story does not have",
        ),
        Holds(
            name="known_scene",
            predicate="audio_shot_names_a_known_scene",
            message="an audio shot names a scene its story does not have",
        ),
        Holds(
            name="sound_told",
            predicate="audio_shot_sound_is_told_whole",
            message="an audio shot's sound is told in part",
        ),
    ),
)
