"""What an evaluation's shot scores must be: all there, once each, defined, and similarities."""

from expectations.checks import Between, NotNull, TableSuite, Unique


def shot_scores_suite(num_shots: int) -> TableSuite:
    """Return the contract of a table of scored shots, of which there must be at least `num_shots`."""
    return TableSuite(
        table="shot_scores",
        key="item_id",
        columns={"item_id": "text", "story_id": "text", "seed": "number", "shot_index": "number", "score": "number"},
        min_rows=num_shots,
        checks=(
            NotNull(name="score_is_defined", message="a shot has no score, or NaN", column="score"),
            Between(
                name="score_is_similarity",
                message="a shot's score is outside 0..1",
                column="score",
                low=0,
                high=1.000001,
            ),
            Unique(
                name="shot_is_scored_once", message="a shot is scored twice", columns=("story_id", "seed", "shot_index")
            ),
        ),
    )
