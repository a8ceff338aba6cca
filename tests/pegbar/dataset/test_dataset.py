import os
from pathlib import Path

import pytest
from small_dataset import small_rows, write_card, write_small_dataset

from pegbar.dataset import Dataset
from pegbar.digests import digest_bytes
from pegbar.errors import IntegrityError, NotFoundError
from pegbar.known_digests import KnownDigests
from pegbar.records import Member


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path)
    assert len(dataset.films()) == 1
    assert len(dataset.shots()) == len(dataset.frame("shots")) == 6
    assert dataset.shots()[0].character_ids == dataset.frame("shots").character_ids[0]
    assert dataset.shots()[0].caption == "A fox walks."
    dataset.verify()


def test_same_rows_give_the_same_bytes_in_two_places(tmp_path: Path) -> None:
    first, second = write_small_dataset(tmp_path / "a"), write_small_dataset(tmp_path / "b")
    assert first.card.files == second.card.files
    assert first.digest == second.digest


def test_training_view_leaves_out_what_cannot_be_trained_on(tmp_path: Path) -> None:
    rows = small_rows()
    rows["stories"][1]["is_annotated"] = False
    rows["shots"][0]["kept"] = False
    rows["shots"][1]["is_prologue_or_epilogue"] = True
    views = write_small_dataset(tmp_path, rows).training_view()
    assert [view.story.index for view in views] == [0]
    assert [view.shot.index for view in views[0].shots] == [2]


def test_a_member_is_one_checked_range_read(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path)
    clip = dataset.training_view()[1].shots[2].clip
    assert dataset.read_member(clip) == f"bytes of {clip.name}".encode()
    with pytest.raises(IntegrityError, match="digest"):
        dataset.read_member(Member(**{**clip.model_dump(), "offset": clip.offset + 1}))


def test_a_verified_shard_is_hashed_again_only_when_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = write_small_dataset(tmp_path / "data").root / "shards/ab-0000.tar"
    os.utime(shard, (1, 1))  # long ago: a file just written could change under the same stamp
    dataset = Dataset(tmp_path / "data", known=KnownDigests(tmp_path / "known.db"))
    clip, hashed = dataset.training_view()[0].shots[0].clip, []
    monkeypatch.setattr(
        "pegbar.dataset.dataset.digest_bytes", lambda content: hashed.append(content) or digest_bytes(content)
    )
    unknown = dataset.read_member(clip)
    assert hashed == [unknown]
    dataset.verify()
    other = Dataset(tmp_path / "data", known=KnownDigests(tmp_path / "known.db"))
    assert other.read_member(clip) == dataset.read_member(clip) == unknown
    assert hashed == [unknown]
    shard.write_bytes(bytes(shard.stat().st_size))
    with pytest.raises(IntegrityError, match="digest"):
        other.read_member(clip)


@pytest.mark.parametrize(("offset", "size"), [(-1, 4), (0, -1), (10**15, 4), (0, 10**15)])
def test_a_range_that_is_not_there_is_an_integrity_error(tmp_path: Path, offset: int, size: int) -> None:
    dataset = write_small_dataset(tmp_path)
    clip = dataset.training_view()[0].shots[0].clip
    with pytest.raises(IntegrityError, match="bytes at"):
        dataset.read_member(clip.model_copy(update={"offset": offset, "size": size}))


def test_a_table_that_differs_from_its_digest_is_not_read(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path)
    table = tmp_path / "tables/shots/ab.parquet"
    table.write_bytes(table.read_bytes() + b"x")
    with pytest.raises(IntegrityError, match="tables/shots/ab.parquet differs"):
        dataset.shots()


@pytest.mark.parametrize("shard", ["../card.json", "/etc/passwd", "zz-0000.tar"])
def test_a_member_cannot_point_outside_the_dataset(tmp_path: Path, shard: str) -> None:
    dataset = write_small_dataset(tmp_path)
    with pytest.raises(IntegrityError, match="not on the card"):
        dataset.read_member(Member(shard=shard, name="x", offset=0, size=1, sha256="0" * 64))


def test_verify_names_the_damaged_missing_or_foreign_file(tmp_path: Path) -> None:
    dataset = write_small_dataset(tmp_path)
    shots = tmp_path / "tables/shots/ab.parquet"
    good = shots.read_bytes()
    shots.write_bytes(good[:-1] + b"x")
    with pytest.raises(IntegrityError, match="tables/shots/ab.parquet differs"):
        dataset.verify()
    shots.write_bytes(good)
    (tmp_path / "tables/shots/cd.parquet").write_bytes(good)
    with pytest.raises(IntegrityError, match="cd.parquet is not on the card"):
        dataset.verify()
    (tmp_path / "tables/shots/cd.parquet").unlink()
    (tmp_path / "shards/ab-0000.tar").unlink()
    with pytest.raises(IntegrityError, match="ab-0000.tar is missing"):
        dataset.verify()


def test_a_truncated_table_is_an_integrity_error(tmp_path: Path) -> None:
    write_small_dataset(tmp_path)
    shots = tmp_path / "tables/shots/ab.parquet"
    shots.write_bytes(shots.read_bytes()[:100])
    write_card(tmp_path, {})
    with pytest.raises(IntegrityError, match="shots cannot be read"):
        Dataset(tmp_path).shots()


def test_an_empty_folder_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="pegbar curate"):
        Dataset(tmp_path)
