"""The contract of audio shots: a healthy table passes, and each defect is found under its own name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_dataset import FILM_ID, GROUP, small_rows, write_card, write_small_dataset

from expectations.audio_shots import SUITE
from expectations.checks import Holds
from expectations.gate import run_gate
from expectations.predicates import PREDICATES, column_of
from expectations.validate import validate
from pegbar.dataset import Dataset
from pegbar.records import AudioShot
from pegbar.tables import TABLES, Row, row_of, write_rows

STORY = f"{FILM_ID}-s000"
LONG, SHORT = f"{STORY}-a000", f"{STORY}-a001"
Frames = dict[str, pd.DataFrame]


def audio_rows(shots: list[Row]) -> list[Row]:
    """Two audio shots of the first story: two shots of 2 s that are kept and told, and one that is neither."""
    rows = []
    for index, (first, last) in enumerate(((0, 1), (2, 2))):
        own = {name: shots[first][name] for name in ("start_seconds", "story_start_seconds")}
        own |= {name: shots[last][name] for name in ("end_seconds", "story_end_seconds")}
        told = {"sound_type": "steps", "sound_description": "Light taps.", "visual_context": "The fox walks."}
        shot = AudioShot(
            audio_shot_id=f"{STORY}-a{index:03d}", story_id=STORY, film_id=FILM_ID, index=index, first_shot=first,
            last_shot=last, scene_id=f"{STORY}-p0", character_ids=(f"{STORY}-c0",), kept=index == 0, **own,
            **(told if index == 0 else {}),
        )  # fmt: skip
        member = {name.replace("clip_", "sound_"): shots[first][name] for name in shots[first] if "clip_" in name}
        rows.append(row_of(shot) | member)
    return rows


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("audio") / "data"
    rows = small_rows()
    write_small_dataset(root, rows)
    write_rows(root / "tables" / "audio_shots" / f"{GROUP}.parquet", "audio_shots", audio_rows(rows["shots"]))
    write_card(root, {name: len(content) for name, content in rows.items()} | {"audio_shots": 2})
    return Dataset(root)


@pytest.fixture
def frames(dataset: Dataset) -> Frames:
    return {name: dataset.frame(name) for name in TABLES}


def put(column: str, value: Any, row: int = 0) -> Callable[[Frames], None]:
    def change(frames: Frames) -> None:
        table = frames["audio_shots"]
        table[column] = [value if place == row else old for place, old in enumerate(table[column])]

    return change


def ends_later(frames: Frames) -> None:
    frames["audio_shots"].loc[1, ["end_seconds", "story_end_seconds"]] += 1.0


def another_films_story(frames: Frames) -> None:
    frames["stories"]["film_id"] = "another"


def rejected_story(frames: Frames) -> None:
    frames["stories"]["kept"] = False


def without_the_last(frames: Frames) -> None:
    frames["audio_shots"] = frames["audio_shots"].iloc[:1]


def bad_items(frames: Frames) -> dict[str, set[str]]:
    """Return the rows that each check's own mask finds, which the gate's tests hold to Great Expectations' verdicts."""
    table = frames["audio_shots"]
    holds = [check for check in SUITE.checks if isinstance(check, Holds)]
    table = table.assign(**{column_of(check.predicate): PREDICATES[check.predicate](frames) for check in holds})
    return {check.name: set(table[SUITE.key][check.bad_rows(table)]) for check in SUITE.checks}


def test_a_healthy_dataset_passes(dataset: Dataset, tmp_path: Path) -> None:
    report = run_gate(dataset, None, tmp_path / "gate")
    assert report.passed
    assert "audio_shots" in report.suites


def test_a_table_without_rows_passes(frames: Frames) -> None:
    frames["audio_shots"] = frames["audio_shots"].iloc[:0]
    assert validate({"audio_shots": SUITE}, frames) == []


@pytest.mark.parametrize(
    ("mutate", "check", "item"),
    [
        (put("story_id", "unknown"), "has_a_story", LONG),
        (another_films_story, "has_a_story", LONG),
        (rejected_story, "has_a_story", LONG),
        (put("end_seconds", 99.0, 1), "within_film", SHORT),
        (ends_later, "whole_shots", SHORT),
        (put("first_shot", 1), "whole_shots", LONG),
        (put("last_shot", 7, 1), "whole_shots", SHORT),
        (put("last_shot", 0, 1), "whole_shots", SHORT),
        (put("first_shot", 1, 1), "contiguous", SHORT),
        (put("first_shot", 1), "contiguous", LONG),
        (without_the_last, "covers_story", LONG),
        (put("kept", True, 1), "long_enough", SHORT),
        (put("character_ids", ("nobody",)), "known_characters", LONG),
        (put("scene_id", f"{FILM_ID}-s001-p0"), "known_scene", LONG),
        (put("audio_shot_id", SHORT), "unique_id", SHORT),
        (put("index", 1), "unique_index", LONG),
        (put("sound_size", 0), "sound_size", LONG),
        (put("visual_context", None), "sound_told", LONG),
        (put("sound_description", None), "sound_told", LONG),
        (put("sound_description", "  ", 1), "sound_told", SHORT),
        (put("start_seconds", float("nan")), "start_seconds_present", LONG),
    ],
)
def test_each_defect_is_found_under_its_own_name(
    frames: Frames, mutate: Callable[[Frames], None], check: str, item: str
) -> None:
    mutate(frames)
    assert item in bad_items(frames)[check]


def test_a_defect_stops_the_gate(frames: Frames) -> None:
    put("kept", True, 1)(frames)
    (found,) = validate({"audio_shots": SUITE}, frames)
    assert (found.check, found.severity, found.item_ids) == ("long_enough", "critical", (SHORT,))


def test_a_description_alone_is_whole_enough(frames: Frames) -> None:
    put("sound_description", "A low hum.", 1)(frames)
    assert not any(bad_items(frames).values())
