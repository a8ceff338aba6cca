"""The Lightning module: trains what a stage names, keeps everything else frozen and in evaluation mode.

Every random draw comes from (seed, step, sample), never from the state of a generator, so a run that was killed and
resumed gives the same bits as one that was not.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import torch
from lightning.pytorch import LightningModule
from pydantic import Field, JsonValue
from torch import Tensor, nn

from models.animeshooter.model import AnimeShooter
from models.animeshooter.objective import Batch, Loss, batch_loss
from models.animeshooter.seeds import derived_seed
from pegbar.config import Config
from pegbar.errors import ConfigurationError


class FitConfig(Config):
    """What one fit trains and how. The paper states neither optimizer nor rate; AdamW and 1e-4 are our choice.

    Args:
        trainable: shell patterns over the model's parameter names; each must match something.
    """

    trainable: tuple[str, ...]
    loss: Loss
    learning_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    seed: int = 0


class AnimeShooterModule(LightningModule):  # type: ignore[misc]
    """One fit of an `AnimeShooter`.

    Args:
        fingerprint: plain JSON that a checkpoint must carry to be resumed from; kept as its hyper-parameters.
    """

    strict_loading = False  # checkpoints hold what trains, the base does not travel with them

    def __init__(self, model: AnimeShooter, config: FitConfig, fingerprint: dict[str, JsonValue]) -> None:
        super().__init__()
        self.model = model
        self.config = config
        self.trainable_names = apply_trainable(model, config.trainable)
        self.save_hyperparameters({"fingerprint": fingerprint})

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """Return the batch's loss."""
        return batch_loss(self.model, self.config.loss, batch)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return AdamW over what trains."""
        parameters = [value for value in self.model.parameters() if value.requires_grad]
        return torch.optim.AdamW(parameters, lr=self.config.learning_rate, weight_decay=self.config.weight_decay)

    def on_train_start(self) -> None:
        """Dropout only where something trains."""
        set_training_modes(self.model)

    def on_train_batch_start(self, batch: Batch, batch_index: int) -> None:
        """Make dropout, too, a function of the step."""
        torch.manual_seed(derived_seed(self.config.seed, "dropout", batch.step))

    def on_train_end(self) -> None:
        """Leave the model as it was found."""
        self.model.eval()

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        """Leave the batch where it is: the loss moves the tensors it uses."""
        return batch

    def state_dict(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return only what trains."""
        return {name: value.detach() for name, value in self.named_parameters() if value.requires_grad}


def apply_trainable(model: nn.Module, patterns: Sequence[str]) -> tuple[str, ...]:
    """Freeze everything but the parameters that `patterns` name, and return their names.

    Raises:
        ConfigurationError: a pattern matches no parameter.
    """
    names = [name for name, _ in model.named_parameters()]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ConfigurationError(
                f"the trainable pattern {pattern!r} matches no parameter",
                remedy="give the stage its lora, or correct the pattern",
                subject=pattern,
            )
    chosen = tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in chosen)
    return chosen


def set_training_modes(model: AnimeShooter) -> None:
    """Put everything in evaluation mode, then the adapter and the LoRA dropouts that train in training mode."""
    model.eval()
    if any(parameter.requires_grad for parameter in model.adapter.parameters()):
        model.adapter.train()
    for part in model.loras:
        for name, module in model.part(part).named_modules():
            if name.endswith("lora_dropout") and _trains(model.part(part), name.removesuffix("lora_dropout")):
                module.train()


def _trains(model: nn.Module, prefix: str) -> bool:
    return any(value.requires_grad for name, value in model.named_parameters() if name.startswith(prefix))
