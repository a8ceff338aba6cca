"""Figures of a dataset worked out by hand."""

from pathlib import Path

import pytest
from release_corpus import generated_films, write_films
from small_dataset import small_rows, write_small_dataset

from tasks.curation.release.reading import read_release
from tasks.studio.statistics import ANIMESHOOTER, HEADER, count_words, statistics_of


def test_every_level_by_hand(tmp_path: Path) -> None:
    rows = small_rows()  # a film of 12 s, two stories of three shots of 2 s; "A fox walks." and "It walks."
    rows["stories"][1]["storyline"] = "A fox, a well-known one - sleeps at 9 o'clock."  # 9 words
    rows["characters"].append(rows["characters"][0] | {"character_id": "c1", "name": "Owl"})
    rows["shots"][0] |= {"plot": "The fox walks home.", "caption": "A small red fox walks home slowly."}  # 4 + 7
    rows["shots"][1] |= {"is_prologue_or_epilogue": True, "plot": None, "caption": None}
    rows["shots"][2] |= {"kept": False}
    rows["shots"][5] |= {"end_seconds": 11.0}
    found = statistics_of(write_small_dataset(tmp_path, rows))
    assert found.rows() == [
        ("video-level", "1", "12.00", "-", "-", "-"),
        ("story-level", "2", "6.00", "6.00", "1.50", "1.00"),  # (3 + 9) / 2 words, 3 characters, 2 scenes
        ("shot-level", "5", "1.80", "6.50", "-", "-"),  # 9 s of 5; words (11 + 5 + 5 + 5) / 4
    ]
    assert len(HEADER) == len(found.rows()[0])
    assert found.figures() == [
        ("segments per video", "2.00"),
        ("shots per story", "2.50"),
        ("words of a narrative caption", "2.50"),  # (4 + 2 + 2 + 2) / 4
        ("words of a descriptive caption", "4.00"),  # (7 + 3 + 3 + 3) / 4
    ]


def test_what_is_not_annotated_is_not_counted(tmp_path: Path) -> None:
    rows = small_rows()
    for row in rows["stories"]:
        row["is_annotated"] = False
    found = statistics_of(write_small_dataset(tmp_path, rows))
    assert found.rows() == [(f"{level}-level", "0", "-", "-", "-", "-") for level in ("video", "story", "shot")]
    assert [value for _, value in found.figures()] == ["-"] * 4


def test_a_release_is_counted_as_told(tmp_path: Path) -> None:
    films = generated_films(4, 2)
    write_films(tmp_path, films)
    stories = [segment for film in films for segment in film["segments"]]
    found = statistics_of(read_release(tmp_path))
    ends = [film["segments"][-1]["end frame index"] / film["fps"] for film in films]
    assert found.videos.total == 2
    assert found.videos.mean_seconds == pytest.approx(sum(ends) / 2, abs=1e-5)
    assert found.stories.total == len(stories)
    assert found.shots.total == sum(len(segment["story script"]["shots"]) for segment in stories)


def test_the_papers_own_table_is_at_hand() -> None:
    assert ANIMESHOOTER.rows() == [
        ("video-level", "29,000", "286.57", "-", "-", "-"),
        ("story-level", "148,000", "56.72", "33.55", "2.26", "2.20"),
        ("shot-level", "2,200,000", "3.85", "41.42", "-", "-"),
    ]


@pytest.mark.parametrize(
    ("text", "count"), [(None, 0), ("  ", 0), ("A well-known fox, - running", 4), ("9 o'clock!", 2), ("Ёжик\nидёт", 2)]
)
def test_words_are_what_stands_between_spaces_and_says_something(text: str | None, count: int) -> None:
    assert count_words(text) == count
