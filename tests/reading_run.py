"""One rank of a training that only reads: it keeps what it saw with its checkpoint, as weights are, and may be killed.

Run as a script it takes one JSON `Reading`.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.animeshooter.config import VideoShape
from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.dataset.stored import stored_dataset
from pegbar.store import StoreConfig
from tasks.training.clips import Frames, decode_clip
from tasks.training.reading import Sample, SampleLoader, ShotSamples, StatefulSampler
from tasks.training.reading.sampler import Tail

SHAPE = VideoShape(height=32, width=32, num_frames=9, fps=8)


def frames_of(sample: Sample) -> Frames:
    """A transform that other processes find without importing a test."""
    clip = sample.shots[0].clip
    return decode_clip(sample.contents[clip.name], SHAPE, clip.name)


class Place(Config):
    """Where a dataset is read: a folder, or a store that knows it by its digest."""

    folder: Path | None = None
    store: StoreConfig | None = None
    digest: str = ""

    def open(self) -> Dataset:
        """Open it as a new process would."""
        if self.store is not None:
            return stored_dataset(self.store, self.digest)
        assert self.folder is not None
        return Dataset(self.folder)


class Reading(Config):
    """What one rank reads, and where it keeps its checkpoint."""

    place: Place
    checkpoint: Path
    num_epochs: int = 2
    batch_size: int = 4
    rank: int = 0
    num_ranks: int = 1
    num_workers: int = 0
    tail: Tail = "carry"
    seed: int = 7
    checkpoint_every: int = 1
    kill_at_step: int | None = None
    start: dict[str, Any] | None = None
    """A state to go on from."""

    def loader(self) -> SampleLoader[list[Any]]:
        """Return a loader that stands where the run starts."""
        samples = ShotSamples(self.place.open())
        sampler = StatefulSampler(
            samples, self.batch_size, seed=self.seed, rank=self.rank, num_ranks=self.num_ranks, tail=self.tail
        )
        # spawned, so that workers have the credentials of this test: a server of workers keeps those of its start
        loader: SampleLoader[list[Any]] = SampleLoader(
            samples, sampler, num_workers=self.num_workers, start_method="spawn"
        )
        if self.start is not None:
            loader.load_state_dict(self.start)
        return loader


def read(reading: Reading) -> None:
    """Read to the end of the last epoch; checkpoints hold the ids of every batch so far."""
    loader, batches = reading.loader(), []
    for step, batch in enumerate(_epochs(loader, reading.num_epochs)):
        if step == reading.kill_at_step:
            os.kill(os.getpid(), signal.SIGKILL)
        for sample in batch:
            assert sample.contents == {f"{sample.sample_id}.mp4": f"bytes of {sample.sample_id}.mp4".encode()}
        batches.append([sample.sample_id for sample in batch])
        if (step + 1) % reading.checkpoint_every == 0 or loader.sampler.state().epoch == reading.num_epochs:
            content = {"state": loader.state_dict(), "batches": batches}
            aside = reading.checkpoint.with_suffix(".part")
            aside.write_text(json.dumps(content))
            aside.replace(reading.checkpoint)


def _epochs(loader: SampleLoader[list[Any]], num_epochs: int) -> Iterator[list[Any]]:
    while loader.sampler.state().epoch < num_epochs:
        for batch in loader:
            yield batch
            if loader.sampler.state().epoch >= num_epochs:
                return


if __name__ == "__main__":
    read(Reading.model_validate_json(sys.argv[1]))
