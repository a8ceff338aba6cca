"""The gate on healthy data, on data broken in one way each, and on checks that are broken themselves."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_dataset import FILM_ID, small_rows, write_card, write_small_dataset

from expectations.checks import Between, Holds, Matches, NotNull, OneOf, TableSuite, Unique
from expectations.gate import GateConfig, check_frame, require_passed, run_gate
from expectations.suites import SUITES
from expectations.validate import validate
from expectations.whole import DriftLimits, check_bytes
from pegbar.dataset import Dataset
from pegbar.errors import GateFailedError
from pegbar.known_digests import KnownDigests

Rows = dict[str, list[dict[str, Any]]]
FIRST_SHOT = f"{FILM_ID}-s000-0000"


def test_a_healthy_dataset_passes_and_says_it_has_no_predecessor(tmp_path: Path) -> None:
    report = run_gate(write_small_dataset(tmp_path / "data"), None, tmp_path / "gate")
    assert report.passed
    assert [(reason.check, reason.severity) for reason in report.reasons] == [("dataset.drift", "info")]
    assert json.loads((tmp_path / "gate/gate.json").read_bytes())["passed"] is True
    assert (tmp_path / "gate/data_docs/index.html").is_file()
    assert pq.read_table(tmp_path / "gate/quarantine.parquet").num_rows == 0
    require_passed(report, tmp_path / "gate")


def overlap(rows: Rows) -> None:
    rows["shots"][1]["start_seconds"] -= 0.5
    rows["shots"][1]["story_start_seconds"] -= 0.5


def gap(rows: Rows) -> None:
    rows["shots"][1]["start_seconds"] += 0.5
    rows["shots"][1]["story_start_seconds"] += 0.5


def beyond_the_film(rows: Rows) -> None:
    rows["shots"][5]["end_seconds"] += 5.0
    rows["shots"][5]["story_end_seconds"] += 5.0
    rows["stories"][1]["end_seconds"] += 5.0


def nan(rows: Rows) -> None:
    rows["films"][0]["fps"] = float("nan")


def unknown_character(rows: Rows) -> None:
    rows["shots"][0]["character_ids"] = ("nobody",)


def another_storys_character(rows: Rows) -> None:
    rows["shots"][0]["character_ids"] = (f"{FILM_ID}-s001-c0",)


def duplicate_id(rows: Rows) -> None:
    rows["films"].append(dict(rows["films"][0]))


def empty_table(rows: Rows) -> None:
    rows["films"] = []


def reversed_times(rows: Rows) -> None:
    rows["shots"][0]["start_frame"], rows["shots"][0]["end_frame"] = 16, 0


def crop_beyond_the_picture(rows: Rows) -> None:
    rows["films"][0]["crop_left"] = 1


def rejected_film_with_stories(rows: Rows) -> None:
    rows["films"][0]["kept"] = False


def segment_of_the_next_shot(rows: Rows) -> None:
    shot = rows["shots"][0]
    shot["segment_start_seconds"], shot["segment_end_seconds"] = shot["end_seconds"], shot["end_seconds"] + 4.0
    shot["story_segment_start_seconds"] = shot["story_end_seconds"]
    shot["story_segment_end_seconds"] = shot["story_end_seconds"] + 4.0


def unknown_scene(rows: Rows) -> None:
    rows["shots"][0]["scene_id"] = "nowhere"


def lost_decision(rows: Rows) -> None:
    rows["decisions"] = [row for row in rows["decisions"] if row["item_kind"] != "film"]


def refusal_without_reason(rows: Rows) -> None:
    rows["decisions"][0]["outcome"] = "rejected"


def giant_mask(rows: Rows) -> None:
    rows["references"][0]["mask_area_share"] = 0.97


def reference_from_another_shot(rows: Rows) -> None:
    rows["references"][0]["frame"] = 30


def uncounted_shot(rows: Rows) -> None:
    rows["stories"][0]["num_shots"] = 4


@pytest.mark.parametrize(
    ("mutate", "check", "item"),
    [
        (overlap, "shots.no_overlap", f"{FILM_ID}-s000-0001"),
        (gap, "shots.no_gap", f"{FILM_ID}-s000-0001"),
        (beyond_the_film, "shots.within_film", f"{FILM_ID}-s001-0002"),
        (nan, "films.fps_present", FILM_ID),
        (unknown_character, "shots.known_characters", FIRST_SHOT),
        (another_storys_character, "shots.known_characters", FIRST_SHOT),
        (duplicate_id, "films.unique_id", FILM_ID),
        (empty_table, "films.row_count", None),
        (reversed_times, "shots.times_in_order", FIRST_SHOT),
        (crop_beyond_the_picture, "films.crop_in_picture", FILM_ID),
        (rejected_film_with_stories, "films.kept_means_stories", FILM_ID),
        (segment_of_the_next_shot, "shots.segment_inside", FIRST_SHOT),
        (unknown_scene, "shots.known_scene", FIRST_SHOT),
        (lost_decision, "films.has_a_decision", FILM_ID),
        (refusal_without_reason, "decisions.gives_a_reason", FILM_ID),
        (giant_mask, "references.mask_area", f"{FILM_ID}-s000-c0-r0"),
        (reference_from_another_shot, "references.in_its_shot", f"{FILM_ID}-s000-c0-r0"),
        (uncounted_shot, "stories.counts_shots", f"{FILM_ID}-s000"),
    ],
)
def test_each_defect_is_blocked_with_its_own_reason(
    tmp_path: Path, mutate: Callable[[Rows], None], check: str, item: str | None
) -> None:
    rows: Any = small_rows()
    mutate(rows)
    report = run_gate(write_small_dataset(tmp_path / "data", rows), None, tmp_path / "gate")
    assert not report.passed
    found = {reason.check: reason for reason in report.reasons if reason.severity == "critical"}
    assert check in found
    if item is not None:
        assert item in found[check].item_ids
        quarantined = pq.read_table(tmp_path / "gate/quarantine.parquet").to_pylist()
        assert {"item_id": item, "check": check.split(".")[1]}.items() <= [
            row for row in quarantined if f"{row['table']}.{row['check']}" == check and row["item_id"] == item
        ][0].items()
    with pytest.raises(GateFailedError, match=check):
        require_passed(report, tmp_path / "gate")


def test_a_missing_column_is_blocked_by_name(tmp_path: Path) -> None:
    write_small_dataset(tmp_path / "data")
    path = tmp_path / "data/tables/shots/ab.parquet"
    pq.write_table(pq.read_table(path).drop(["end_seconds"]), path)
    write_card(tmp_path / "data", {})
    report = run_gate(Dataset(tmp_path / "data"), None, tmp_path / "gate")
    messages = {reason.check: reason.message for reason in report.reasons}
    assert not report.passed
    assert messages["shots.missing_column"] == "no column end_seconds"


def test_a_column_of_another_type_is_blocked(tmp_path: Path) -> None:
    write_small_dataset(tmp_path / "data")
    path = tmp_path / "data/tables/films/ab.parquet"
    table = pq.read_table(path)
    index = table.column_names.index("width")
    pq.write_table(table.set_column(index, "width", pa.array(["64"])), path)
    write_card(tmp_path / "data", {})
    report = run_gate(Dataset(tmp_path / "data"), None, tmp_path / "gate")
    assert not report.passed
    assert "films.column_type" in {reason.check for reason in report.reasons}


def test_a_changed_byte_is_blocked_and_named(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    shard = tmp_path / "data/shards/ab-0000.tar"
    content = bytearray(shard.read_bytes())
    content[600] ^= 1
    shard.write_bytes(bytes(content))
    report = run_gate(dataset, None, tmp_path / "gate")
    assert not report.passed
    assert report.reasons[0].check == "dataset.digests"
    assert report.reasons[0].item_ids == ("shards/ab-0000.tar",)


@pytest.mark.parametrize("knows_shards", [False, True])
def test_a_member_that_is_not_what_its_row_says_is_blocked(tmp_path: Path, knows_shards: bool) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    shard = tmp_path / "data/shards/ab-0000.tar"
    content = bytearray(shard.read_bytes())
    content[512] ^= 1
    shard.write_bytes(bytes(content))
    write_card(tmp_path / "data", dataset.card.counts)
    os.utime(shard, (1, 1))  # long ago, so that its digest is remembered
    known = KnownDigests(tmp_path / "known.db") if knows_shards else None
    report = run_gate(Dataset(tmp_path / "data", known=known), None, tmp_path / "gate")
    assert ("dataset.members", (f"{FIRST_SHOT}.mp4",)) in {(reason.check, reason.item_ids) for reason in report.reasons}
    assert not report.passed


def test_members_of_files_that_passed_before_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    monkeypatch.setattr(dataset, "read_members", lambda members: pytest.fail("a member was read"))
    assert check_bytes(dataset, dataset.card) == []
    changed = dataset.card.model_copy(update={"files": {**dataset.card.files, "shards/ab-0000.tar": "0" * 64}})
    with pytest.raises(pytest.fail.Exception, match="was read"):
        check_bytes(dataset, changed)


def test_drift_is_blocked_unless_a_person_accepts_it(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    before = dataset.card.model_copy(update={"statistics": {"mean_shot_seconds": 9.0, "kept_share": 1.0}})
    report = run_gate(dataset, before, tmp_path / "gate")
    assert not report.passed
    assert "mean_shot_seconds: 9 before, 2 now" in report.reasons[0].message
    accepted = run_gate(dataset, before, tmp_path / "gate", GateConfig(drift=DriftLimits(accept=True)))
    assert accepted.passed
    assert accepted.reasons[0].severity == "warning"
    assert run_gate(dataset, dataset.card, tmp_path / "gate").reasons == ()


def test_a_table_that_lost_most_of_its_rows_has_drifted(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    before = dataset.card.model_copy(update={"counts": {**dataset.card.counts, "shots": 13}})
    report = run_gate(dataset, before, tmp_path / "gate")
    assert [(reason.check, reason.severity) for reason in report.reasons] == [("dataset.drift", "critical")]
    assert "shots: 13 rows before, 6 now" in report.reasons[0].message


def test_a_broken_check_of_low_severity_cannot_pass(tmp_path: Path) -> None:
    suite = TableSuite(
        table="scores",
        key="id",
        columns={"id": "text"},
        checks=(
            Holds(name="typo", predicate="no_such_predicate", severity="info", message="never"),
            OneOf(name="gone", column="not_there", values=("a",), severity="info", message="never"),
        ),
    )
    report = check_frame(suite, pd.DataFrame({"id": ["a"]}), tmp_path)
    assert not report.passed
    assert {(reason.check, reason.severity) for reason in report.reasons} >= {
        ("scores.typo", "critical"),
        ("scores.gone", "critical"),
    }


def test_a_warning_is_told_but_does_not_block(tmp_path: Path) -> None:
    low = Between(name="low", column="score", low=0.5, severity="warning", message="a low score")
    suite = TableSuite(table="scores", key="id", columns={"id": "text", "score": "number"}, checks=(low,))
    report = check_frame(suite, pd.DataFrame({"id": ["a", "b"], "score": [0.1, 0.9]}), tmp_path)
    assert report.passed
    assert report.reasons[0].item_ids == ("a",)


def test_the_verdict_left_by_a_gate_that_died_is_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = write_small_dataset(tmp_path / "data")
    run_gate(dataset, None, tmp_path / "gate")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("expectations.gate.check_drift", die)
    with pytest.raises(KeyboardInterrupt):
        run_gate(dataset, None, tmp_path / "gate")
    assert json.loads((tmp_path / "gate/gate.json").read_bytes())["passed"] is False


@pytest.mark.parametrize("seed", range(3))
def test_masks_and_great_expectations_name_the_same_rows(seed: int) -> None:
    """The quarantine comes from our masks; the verdict from the library: they must not differ."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    random = np.random.default_rng(seed)
    numbers = random.choice([0.0, 1.0, 2.0, np.nan], 40)
    words = random.choice(np.array(["a", "b", "zz", None], dtype=object), 40)
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(40)], "x": numbers, "w": words})
    checks = (
        NotNull(name="n", column="w", message=""),
        Between(name="b", column="x", low=0.5, high=1.5, message=""),
        OneOf(name="o", column="w", values=("a",), message=""),
        Unique(name="u", columns=("x", "w"), message=""),
        Matches(name="m", column="w", pattern="^.$", message=""),
    )
    context = gx.get_context(mode="ephemeral")
    whole = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("w")
    batch = whole.get_batch({"dataframe": frame})
    for check in checks:
        kind, arguments = check.arguments()
        form: Any = {"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]}
        result = batch.validate(getattr(gxe, kind)(**arguments), result_format=form)
        theirs = {row["id"] for row in result.result.get("unexpected_index_list") or []}
        assert theirs == set(frame["id"][check.bad_rows(frame)]), check.kind


def test_every_suite_names_its_checks_once() -> None:
    for suite in SUITES.values():
        names = [check.name for check in suite.checks]
        assert len(names) == len(set(names)), suite.table


def test_validate_needs_no_default_index() -> None:
    suite = TableSuite(
        table="t", key="id", columns={"id": "text"}, checks=(Unique(name="u", columns=("id",), message="twice"),)
    )
    found = validate({"t": suite}, {"t": pd.DataFrame({"id": ["a", "a", "b"]}, index=[7, 7, 7])})
    assert found[0].item_ids == ("a", "a")
