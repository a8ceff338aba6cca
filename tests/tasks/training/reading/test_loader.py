import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from small_dataset import small_rows, write_small_dataset

from pegbar.dataset import Dataset
from pegbar.errors import ConfigurationError, IntegrityError
from pegbar.records import Member
from tasks.training.reading import Sample, SampleLoader, ShotSamples, StatefulSampler
from tasks.training.reading.sampler import Tail

NUM_SHOTS = 21


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return write_small_dataset(tmp_path / "data", small_rows(NUM_SHOTS // 3))


def loader_of(dataset: Dataset, tail: Tail = "short", **options: Any) -> SampleLoader[list[Sample]]:
    samples: ShotSamples[Sample] = ShotSamples(dataset)
    return SampleLoader(samples, StatefulSampler(samples, 4, seed=7, tail=tail), **options)


def ids_of(batch: Sequence[Sample]) -> list[str]:
    return [sample.sample_id for sample in batch]


@pytest.mark.parametrize("num_workers", [0, 2])
def test_what_was_read_ahead_is_not_counted(dataset: Dataset, num_workers: int) -> None:
    loader = loader_of(dataset, num_workers=num_workers, num_ahead=3)
    batches = iter(loader)
    first = ids_of(next(batches))
    assert loader.state_dict() | {"dataset": ""} == {"epoch": 0, "consumed": 4, "seed": 7, "dataset": ""}
    batches.close()  # type: ignore[attr-defined]
    rest = [sample_id for batch in loader for sample_id in ids_of(batch)]
    assert len(set(first + rest)) == NUM_SHOTS == len(first + rest)
    assert (loader.state_dict()["epoch"], loader.state_dict()["consumed"]) == (1, 0)


def test_reading_goes_on_while_a_batch_is_used(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[int] = []
    read_members = dataset.read_members

    def noted(members: Sequence[Member]) -> list[bytes]:
        readers.extend([threading.get_ident()] * len(members))
        return read_members(members)

    monkeypatch.setattr(dataset, "read_members", noted)
    batches = iter(loader_of(dataset, num_ahead=2))
    next(batches)
    deadline = time.monotonic() + 10
    while len(readers) < 3 * 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(readers) == 3 * 4  # the batch in use and two more, and no further
    assert threading.get_ident() not in readers


@pytest.mark.parametrize("num_workers", [0, 1])
@pytest.mark.parametrize("damage", ["missing", "short", "other bytes"])
def test_a_damaged_shard_is_the_same_clear_error_whoever_reads(dataset: Dataset, num_workers: int, damage: str) -> None:
    shard = dataset.root / "shards" / "ab-0000.tar"
    if damage == "missing":
        shard.unlink()
    else:
        shard.write_bytes(shard.read_bytes()[:1000] if damage == "short" else bytes(shard.stat().st_size))
    loader = loader_of(dataset, num_workers=num_workers)
    with pytest.raises(IntegrityError, match="ab-0000.tar") as told:
        for _ in loader:
            pass
    assert told.value.remedy == "pegbar data pull"


def test_the_generator_of_the_training_is_left_alone(dataset: Dataset) -> None:
    before = torch.get_rng_state()
    for num_workers in (0, 1):
        next(iter(loader_of(dataset, num_workers=num_workers)))
    assert torch.equal(torch.get_rng_state(), before)


def test_nothing_ahead_is_refused(dataset: Dataset) -> None:
    with pytest.raises(ConfigurationError, match="0 batches ahead"):
        loader_of(dataset, num_ahead=0)


class Noting(LightningModule):
    """Trains one number and notes the ids it trained on, as weights would."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.seen: list[list[str]] = []

    def training_step(self, batch: list[Sample], index: int) -> torch.Tensor:
        """Note the batch."""
        self.seen.append(ids_of(batch))
        return self.weight**2

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return an optimizer."""
        return torch.optim.SGD(self.parameters(), 0.1)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what was seen with the weights."""
        checkpoint["seen"] = [list(ids) for ids in self.seen]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Bring it back."""
        self.seen = checkpoint["seen"]


class SaveAndStop(Callback):
    """Saves after a step, as a callback does, and goes on for one more that is lost."""

    def __init__(self, step: int, path: Path) -> None:
        self.step = step
        self.path = path

    def on_train_batch_end(self, trainer: Trainer, *_: object) -> None:
        """Save, then stop one step later."""
        if trainer.global_step == self.step:
            trainer.save_checkpoint(self.path)
        trainer.should_stop = trainer.global_step > self.step


def fitted(loader: SampleLoader[list[Sample]], checkpoint: Path | None, *callbacks: Callback, **limits: int) -> Noting:
    module = Noting()
    trainer = Trainer(
        accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, callbacks=list(callbacks), **limits,  # type: ignore[arg-type]
    )  # fmt: skip
    trainer.fit(module, loader, ckpt_path=checkpoint, weights_only=True)
    return module


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("tail", "step"), [("short", 4), ("short", 6), ("short", 9), ("carry", 8)])
def test_lightning_goes_on_in_mid_epoch(dataset: Dataset, tmp_path: Path, tail: Tail, step: int) -> None:
    limits = {"max_epochs": 2} if tail == "short" else {"max_epochs": 1, "max_steps": 12}
    num_steps = None if tail == "short" else 12
    straight = fitted(loader_of(dataset, tail, num_steps=num_steps), None, **limits)
    path = tmp_path / "step.ckpt"
    fitted(loader_of(dataset, tail, num_steps=num_steps), None, SaveAndStop(step, path), **limits)
    resumed = fitted(loader_of(dataset, tail, num_workers=1, num_steps=num_steps), path, **limits)
    assert resumed.seen == straight.seen
    assert len(straight.seen) == 12
