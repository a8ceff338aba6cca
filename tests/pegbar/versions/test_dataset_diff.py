"""What changed from one dataset to another, told from cards and the tables that differ alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_dataset import small_rows, write_small_dataset
from written_groups import WrittenFilm, write_dataset

from pegbar.dataset import Dataset, DatasetCard
from pegbar.errors import IntegrityError
from pegbar.versions.dataset_diff import FileCounts, NumberChange, ValueChange, diff_datasets
from pegbar.versions.row_diff import RowCounts

ONE, TWO, THREE, FOUR = (
    WrittenFilm(f"{group}{number:014d}", name=f"{number}.mp4", source=f"films/{number}.mp4")
    for number, group in enumerate(("aa", "aa", "bb", "cc"), 1)
)


def with_card(dataset: Dataset, **changes: object) -> Dataset:
    fields = {**dataset.card.model_dump(), **changes}
    (dataset.root / "card.json").write_bytes(DatasetCard.model_validate(fields).to_json())
    return Dataset(dataset.root)


def test_films_added_removed_changed_and_replaced_are_told_apart(tmp_path: Path) -> None:
    new = WrittenFilm("dd00000000000005", name="5.mp4", source="films/5.mp4")
    replacement = WrittenFilm("ee00000000000006", name="4.mp4", source=FOUR.source, licence="CC-BY-4.0")
    before = write_dataset(tmp_path / "before", [ONE, TWO, THREE, FOUR])
    after = write_dataset(tmp_path / "after", [ONE, replace(TWO, take=1), new, replacement])
    diff = diff_datasets(before, after)
    assert [film.film_id for film in diff.added] == [new.film_id]
    assert [film.film_id for film in diff.removed] == [THREE.film_id]
    assert [(change.before.film_id, change.after.film_id) for change in diff.changed] == [
        (TWO.film_id, TWO.film_id),
        (FOUR.film_id, replacement.film_id),
    ]
    assert (diff.changed[1].before.licence, diff.changed[1].after.licence) == ("CC0-1.0", "CC-BY-4.0")
    # of the second film one story, six clips (their digests) and two pictures with their masks differ
    assert diff.changed[0].num_rows == 1 + 6 + 2
    assert diff.tables["shots"] == RowCounts(before=24, after=24, added=12, removed=12, changed=6)
    assert diff.tables["stories"] == RowCounts(before=8, after=8, added=4, removed=4, changed=1)
    # a group has seven tables and a shard; group aa rewrites stories, shots, references and its shard
    assert diff.files == FileCounts(added=16, removed=16, changed=4)


def test_a_film_that_only_moved_in_its_shard_did_not_change(tmp_path: Path) -> None:
    before = write_dataset(tmp_path / "before", [TWO])
    after = write_dataset(tmp_path / "after", [ONE, TWO])
    offsets = [set(side.table("shots")["clip_offset"].to_pylist()) for side in (before, after)]
    assert offsets[0] != offsets[1]
    diff = diff_datasets(before, after)
    assert ([film.film_id for film in diff.added], diff.changed) == ([ONE.film_id], ())
    assert diff.tables["shots"] == RowCounts(before=6, after=12, added=6, removed=0, changed=0)


def test_licences_funnel_statistics_and_configuration_are_compared_field_by_field(tmp_path: Path) -> None:
    before = with_card(
        write_dataset(tmp_path / "before", [ONE]),
        config={"split": {"seconds": 60, "by": "cuts"}, "gone": {}},
        funnel={"probe: film": {"kept": 1, "rejected": 2}, "same": {"kept": 1}},
    )
    after = with_card(
        write_dataset(tmp_path / "after", [ONE]),
        config={"split": {"seconds": 30, "by": "cuts"}, "new": [1]},
        funnel={"probe: film": {"kept": 3}, "same": {"kept": 1}},
        licences={"CC0-1.0": 1, "CC-BY-4.0": 2},
        statistics={"mean_shot_seconds": 2.5, "kept_share": 1.0},
    )
    diff = diff_datasets(before, after)
    assert diff.is_empty
    assert diff.config == {
        "gone": ValueChange(before={}, after=None),
        "new": ValueChange(before=None, after=[1]),
        "split.seconds": ValueChange(before=60, after=30),
    }
    assert diff.funnel == {
        "probe: film": {"kept": NumberChange(before=1, after=3), "rejected": NumberChange(before=2, after=0)}
    }
    assert diff.licences == {"CC-BY-4.0": NumberChange(before=0, after=2)}
    assert diff.statistics == {"mean_shot_seconds": NumberChange(before=2.0, after=2.5)}


def test_the_same_dataset_twice_reads_no_table(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    for path in (tmp_path / "data" / "tables").rglob("*.parquet"):
        path.unlink()
    assert diff_datasets(dataset, dataset).is_empty


def test_a_table_that_is_no_table_is_named(tmp_path: Path) -> None:
    before = write_small_dataset(tmp_path / "before")
    rows = small_rows()
    rows["stories"][0]["storyline"] = "Another story."
    after = write_small_dataset(tmp_path / "after", rows)
    (tmp_path / "after/tables/stories/ab.parquet").write_bytes(b"")
    with pytest.raises(IntegrityError, match="stories"):
        diff_datasets(before, after)
