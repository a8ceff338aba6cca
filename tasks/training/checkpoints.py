"""Checkpoints that survive a kill at any instant, and the losses so far inside them."""

import math
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, Trainer
from pydantic import JsonValue

from models.animeshooter.module import AnimeShooterModule
from models.animeshooter.objective import Batch
from pegbar.errors import ConfigurationError
from pegbar.faults import fault_point
from pegbar.files import written_aside

OnStep = Callable[[int, float], None]  # number of the step, from 0, and its loss
KEPT = 2
PATTERN = "step-*.ckpt"


class LossHistory(Callback):  # type: ignore[misc]
    """Remembers every step's loss, across kills; stops the fit at the first that is not finite."""

    def __init__(self, on_step: OnStep | None) -> None:
        self.losses: list[float] = []
        self.on_step = on_step

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: AnimeShooterModule, outputs: dict[str, Any], batch: Batch, batch_idx: int
    ) -> None:
        """Record the loss of step `batch.step` (from 0)."""
        loss = outputs["loss"].item()
        self.losses.append(loss)
        if self.on_step is not None:
            self.on_step(batch.step, loss)
        if not math.isfinite(loss):
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        """Return the losses as a tensor: plain enough to be loaded without unpickling objects."""
        return {"losses": torch.tensor(self.losses, dtype=torch.float64)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the losses of the run that was killed."""
        self.losses = state_dict["losses"].tolist()


class StepCheckpoint(Callback):  # type: ignore[misc]
    """Writes ``step-<n>.ckpt`` aside, syncs and renames it; keeps the last two."""

    def __init__(self, folder: Path, every_steps: int) -> None:
        self.folder = folder
        self.every_steps = every_steps

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: AnimeShooterModule, outputs: dict[str, Any], batch: Batch, batch_idx: int
    ) -> None:
        """Save where `every_steps` divides the number of steps done."""
        done = trainer.global_step
        if done % self.every_steps and done != trainer.max_steps:
            return
        with written_aside(self.folder / f"step-{done:09d}.ckpt") as aside:
            trainer.save_checkpoint(aside)
            fault_point("train:mid_checkpoint")
        for old in sorted(self.folder.glob(PATTERN))[:-KEPT]:
            old.unlink()
        fault_point("train:after_checkpoint")


def latest_checkpoint(folder: Path, fingerprint: dict[str, JsonValue]) -> Path | None:
    """Return the newest checkpoint that can be read, or None.

    Raises:
        ConfigurationError: it belongs to another run; the differing parts are named.
    """
    for path in sorted(folder.glob(PATTERN), reverse=True):
        content = _read(path)
        if content is None:
            continue
        found = content.get("hyper_parameters", {}).get("fingerprint", {})
        if found != fingerprint:
            names = sorted(key for key in found.keys() | fingerprint.keys() if found.get(key) != fingerprint.get(key))
            raise ConfigurationError(
                f"the checkpoints in {folder.name} are of another run: {', '.join(names)} differ",
                remedy=f"remove {folder} to start this stage anew",
                subject=str(folder),
            )
        return path
    return None


def _read(path: Path) -> dict[str, Any] | None:
    """Return a checkpoint's content, or None where it is damaged or would run code: the one before is whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return None
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, zipfile.BadZipFile):
        return None
    return content
