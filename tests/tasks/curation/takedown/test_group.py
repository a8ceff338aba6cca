"""A group without some of its films: clips, sounds, notes and pictures of the others as they lay, in their order."""

from pathlib import Path

from clip_dataset import write_clip_dataset
from small_dataset import FILM_ID, GROUP
from small_films import context_of

from pegbar.artifacts import Artifacts
from pegbar.lineage import Lineage
from pegbar.versions.tombstones import Tombstone
from tasks.curation.edits.adopt import adopt
from tasks.curation.pack import PackedGroup
from tasks.curation.takedown.group import without


def stone(film_id: str) -> Tombstone:
    return Tombstone(
        film_id=film_id, sha256=film_id.ljust(64, "f"), name="fox.mp4", source="fox.mp4", removed_by="Ann",
        removed_at="", reason="r", taken_from="", versions=(),
    )  # fmt: skip


def outputs(artifacts: Artifacts, group: PackedGroup) -> dict[str, str]:
    return {output.path: output.sha256 for output in artifacts.load(group.key).outputs if output.path != "card.json"}


def test_who_stays_keeps_every_byte_and_of_nobody_no_file_is_left(tmp_path: Path) -> None:
    dataset = write_clip_dataset(tmp_path / "data", with_sounds=True)
    with context_of(tmp_path / "home").open() as artifacts:
        (group,) = adopt(artifacts, dataset.root, dataset.digest, [GROUP]).groups
        assert {"shard.tar", "tables/audio_shots.parquet"} < outputs(artifacts, group).keys()
        left = without(artifacts, group, [stone(f"{FILM_ID[:-1]}1")])
        assert outputs(artifacts, left) == outputs(artifacts, group) and left.num_films == 1
        empty = without(artifacts, group, [stone(FILM_ID)])
        assert (outputs(artifacts, empty), empty.num_films) == ({}, 0)
        assert without(artifacts, group, [stone(FILM_ID)]) == empty
        derived = Lineage.of(artifacts.store).derived_from([group.digest, stone(FILM_ID).sha256])
        assert not derived & {left.key, empty.key}  # or the next takedown of the film would purge what is left
        assert left.key in Lineage.of(artifacts.store).derived_from([dataset.films()[0].sha256])
