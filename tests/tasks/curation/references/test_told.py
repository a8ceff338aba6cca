"""What captions say of one of several characters."""

import pytest

from pegbar.records import Shot
from tasks.curation.references.told import told_of


@pytest.mark.parametrize(
    ("name", "others", "captions", "told"),
    [
        ("Sofia", ["The man"], ["Sofia (in pink) waves to the man (in black)."], ("Sofia (in pink) waves to",)),
        ("The man", ["Sofia"], ["Sofia (in pink) waves to the man (in black)."], ("the man (in black).",)),
        ("Ann", [], ["Anna is here. Ann waits.", "Ann waits.", "ANN runs!"], ("Ann waits.", "ANN runs!")),
        ("Ann", ["Bo"], ["Ann hugs Bo; Ann, in red, smiles."], ("Ann hugs", "Ann, in red, smiles.")),
        ("M. (2)", [], ["Then M. (2) sings."], ("M. (2) sings.",)),
        ("狐", [], ["狐 runs."], ("狐 runs.",)),
        ("", ["Ann"], ["Ann waits."], ()),
        ("Ann", [], [None, ""], ()),
    ],
)
def test_from_the_name_to_the_next_one_or_the_sentences_end(
    name: str, others: list[str], captions: list[str | None], told: tuple[str, ...]
) -> None:
    whole = Shot(
        shot_id="s", story_id="s", film_id="f", index=0, start_frame=0, end_frame=9, start_seconds=0.0, end_seconds=1.0,
        story_start_seconds=0.0, story_end_seconds=1.0, transition_in="cut",
    )  # fmt: skip
    shots = [whole.model_copy(update={"caption": text}) for text in captions]
    assert told_of(name, others, shots) == told
