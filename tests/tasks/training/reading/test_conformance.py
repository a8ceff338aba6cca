"""What a reader promises, on a folder, a local store, moto and Swift: killed anywhere, an epoch has every sample once.

The process that reads is really killed, by SIGKILL; what it did since its checkpoint is lost, as weights would be.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reading_run
from published import publish
from reading_run import Place, Reading, read
from servers.faulty_proxy import faulty_proxy
from servers.s3 import S3Server
from servers.stores import LocalPlace, s3_place
from small_dataset import small_rows, write_small_dataset

from pegbar.dataset import Dataset
from pegbar.errors import StorageError
from pegbar.store import LocalStoreConfig
from tasks.training.reading import SampleOrder, ShotSamples
from tasks.training.reading.sampler import Tail

ROOT = Path(__file__).parents[4]
NUM_SHOTS = 21  # of seven stories: no number of ranks and batches here divides it
NUM_EPOCHS = 2
SEED = 7


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A dataset in a folder."""
    return write_small_dataset(tmp_path_factory.mktemp("readable") / "data", small_rows(NUM_SHOTS // 3))


@pytest.fixture(scope="module", params=["folder", "local", "moto", "swift"])
def place(
    request: pytest.FixtureRequest, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The same dataset, there."""
    scratch = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "folder":
            yield Place(folder=dataset.root)
            return
        if request.param == "local":
            store: Any = LocalPlace(LocalStoreConfig(root=scratch / "store"))
        else:
            server = request.getfixturevalue(f"{request.param}_server")
            for name, value in server.environment().items():
                patch.setenv(name, value)
            store = s3_place(server, request.param)
        publish(dataset, store.build(), scratch)
        yield Place(store=store.config, digest=dataset.digest)


def killed(*readings: Reading) -> list[dict[str, Any]]:
    """Read in a process per rank until each kills itself; return their checkpoints."""
    processes = []
    for reading in readings:
        with reading.checkpoint.with_suffix(".log").open("wb") as log:
            command = [sys.executable, reading_run.__file__, reading.model_dump_json()]
            processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=_environment()))
    statuses = [process.wait(90) for process in processes]
    told = [reading.checkpoint.with_suffix(".log").read_text()[-2000:] for reading in readings]
    assert statuses == [-signal.SIGKILL] * len(readings), told
    return [json.loads(reading.checkpoint.read_text()) for reading in readings]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}


def finished(reading: Reading, num_ranks: int) -> list[dict[str, Any]]:
    """Read to the end on every rank, one after the other in this process."""
    checkpoints = []
    for rank in range(num_ranks):
        read(reading.but(rank=rank, num_ranks=num_ranks))
        checkpoints.append(json.loads(reading.checkpoint.read_text()))
    return checkpoints


def merged(checkpoints: list[dict[str, Any]]) -> list[str]:
    """Return the ids that all ranks saw, in order of (step, rank); all stand at the same place."""
    assert all(checkpoint["state"] == checkpoints[0]["state"] for checkpoint in checkpoints)
    steps = zip(*(checkpoint["batches"] for checkpoint in checkpoints), strict=True)
    return [sample_id for ranks in steps for batch in ranks for sample_id in batch]


def check_exact(read: list[str], dataset: Dataset) -> None:
    """Every epoch has every sample once, in the order that was due; of a carried tail some of the next epoch follow."""
    ids = sorted(shot.shot_id for shot in dataset.shots())
    assert len(ids) == NUM_SHOTS
    for epoch in range(NUM_EPOCHS):
        assert sorted(read[epoch * NUM_SHOTS : (epoch + 1) * NUM_SHOTS]) == ids
    assert read == [ids[index] for index in SampleOrder(NUM_SHOTS, SEED).between(0, len(read))]


@pytest.mark.parametrize(
    ("place", "tail"),
    [("folder", "carry"), ("local", "short"), ("moto", "carry"), ("swift", "short")],
    indirect=["place"],
)
def test_killed_and_resumed_with_the_same_and_other_workers_and_ranks(
    place: Place, dataset: Dataset, tmp_path: Path, tail: Tail
) -> None:
    first = Reading(
        place=place, checkpoint=tmp_path / "checkpoint.json", num_workers=2, tail=tail, seed=SEED, checkpoint_every=2
    )
    kill_at_step = random.Random(f"{place} {tail}").randrange(3, 10)  # of 11 or 12
    before = killed(first.but(kill_at_step=kill_at_step))
    done = kill_at_step // 2 * 2
    assert len(before[0]["batches"]) == done
    resumed = first.but(start=before[0]["state"], batch_size=4)
    for num_ranks, num_workers, batch_size in (
        ((1, 2, 4), (2, 1, 3), (3, 0, 4)) if place.folder else ((1, 2, 4), (3, 0, 3))
    ):
        after = finished(resumed.but(num_workers=num_workers, batch_size=batch_size), num_ranks)
        check_exact(merged(before) + merged(after), dataset)


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_ranks_in_processes_of_their_own_are_killed_and_others_go_on(
    place: Place, dataset: Dataset, tmp_path: Path
) -> None:
    readings = [
        Reading(
            place=place, checkpoint=tmp_path / f"rank{rank}.json", num_workers=rank, rank=rank, num_ranks=2,
            batch_size=2, seed=SEED, kill_at_step=7,
        )
        for rank in range(2)
    ]  # fmt: skip
    before = killed(*readings)
    later = Reading(place=place, checkpoint=tmp_path / "later.json", batch_size=5, seed=SEED, start=before[0]["state"])
    check_exact(merged(before) + merged(finished(later, 3)), dataset)


def test_samples_and_tables_are_the_same_wherever_they_lie(place: Place, dataset: Dataset) -> None:
    found = place.open()
    found.verify()
    assert found.digest == dataset.digest
    assert found.training_view() == dataset.training_view()
    parts = ("clip", "image", "mask")
    here, there = ShotSamples(dataset, parts), ShotSamples(found, parts)
    assert there.__getitems__([0, 5, 20]) == [here[0], here[5], here[20]]
    assert here[0].contents.keys() == {member.name for member in here[0].members(parts)}


def test_storms_and_cuts_pass_and_after_an_outage_reading_goes_on_exactly(
    dataset: Dataset, moto_server: S3Server, tmp_path: Path
) -> None:
    bucket = s3_place(moto_server, "moto")
    publish(dataset, bucket.build(), tmp_path)
    with faulty_proxy(moto_server.endpoint_url) as proxy:
        store = bucket.config.but(endpoint_url=proxy.endpoint_url, max_attempts=2)
        place = Place(store=store, digest=dataset.digest)
        loader = Reading(place=place, checkpoint=tmp_path / "unused", num_workers=1, tail="short", seed=SEED).loader()
        read: list[str] = []

        def read_epoch() -> None:
            for batch in loader:
                read.extend(sample.sample_id for sample in batch)

        proxy.fail_next("GET", "503", "cut")
        read_epoch()
        assert len(read) == NUM_SHOTS
        proxy.fail_next("GET", *["503"] * 1000)
        with pytest.raises(StorageError, match="retries included"):
            read_epoch()
        proxy.faults.clear()
        read_epoch()
    check_exact(read, dataset)
