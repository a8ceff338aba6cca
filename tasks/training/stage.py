"""Trains one stage from its parent's artifact to its own; resumes after a kill with the same bits."""

import logging
import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from pydantic import JsonValue
from torch import Tensor

from models.adapters.config import Part
from models.animeshooter.base import folder_digest, load_base
from models.animeshooter.model import AnimeShooter
from models.animeshooter.module import AnimeShooterModule, FitConfig
from models.animeshooter.storage import CARD_NAME, load_model, save_model
from models.animeshooter.threads import cpu_threads
from pegbar.digests import digest_file, digest_of
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes
from pegbar.progress import report
from pegbar.steps import Step
from tasks.training.checkpoints import LossHistory, OnStep, StepCheckpoint, latest_checkpoint
from tasks.training.config import StageConfig, TrainConfig
from tasks.training.features import FeatureCache, TrainingData
from tasks.training.loader import BatchMaker, StepLoader
from tasks.training.result import LossHistoryRecord, StageResult, finite, loss_summary
from tasks.training.views import examples_of

STEP = Step(name="train", version=1)
RESULT_NAME = "stage.json"
LOSSES_NAME = "losses.json"


@dataclass(frozen=True)
class Origin:
    """Digests of what a stage starts from; `parent` is empty for the first."""

    parent: str
    base: str
    data: str


def train_stage(
    stage: StageConfig,
    config: TrainConfig,
    base: Path,
    parent: Path | None,
    data: TrainingData,
    out: Path,
    work: Path,
    on_step: OnStep | None = None,
) -> StageResult:
    """Train `stage` and write its model folder, ``losses.json`` and, last, ``stage.json`` into `out`.

    Args:
        base: the frozen base's folder.
        parent: the folder of the stage before; None starts from fresh queries and adapter.
        work: checkpoints of this very run; what a killed run left there is resumed from.
        on_step: told of every step done in this process (not of those done before a kill).

    Raises:
        InputError: the dataset has no example for the stage, or a clip or picture cannot be decoded.
        ConfigurationError: a pattern trains nothing, or `work` holds checkpoints of another run.
        IntegrityError: base, parent or data differ from their digests.
        DiskFullError, ReadOnlyError: `out` or `work` cannot be written.
    """
    with disk_errors(work), torch.random.fork_rng(devices=[]), cpu_threads(config.num_threads):
        work.mkdir(parents=True, exist_ok=True)
        model = start_model(stage, config, base, parent)
        examples = examples_of(data.training_view(), stage)
        origin = Origin(
            parent=folder_digest(parent) if parent is not None else "", base=model.base_digest, data=data.digest
        )
        module = AnimeShooterModule(model, fit_config(stage, config), fingerprint(stage, config, origin))
        features = FeatureCache(model, data, with_latents=stage.loss == "velocity_mse")
        loader = StepLoader(BatchMaker(examples, stage, features, config.seed), stage.steps)
        history = LossHistory(_listeners(stage, on_step))
        before = tensor_digests(model)
        fit(module, loader, history, stage, config, work)
        changed = {name for name, digest in tensor_digests(model).items() if digest != before[name]}
        fault_point("train:before_emit")
        return emit(out, module, stage, config, origin, history.losses, changed, len(examples))


def _listeners(stage: StageConfig, on_step: OnStep | None) -> OnStep:
    def told(step: int, loss: float) -> None:
        report(f"train {stage.name}", step + 1, stage.steps)
        if on_step is not None:
            on_step(step, loss)

    return told


def start_model(stage: StageConfig, config: TrainConfig, base: Path, parent: Path | None) -> AnimeShooter:
    """Return the model a stage starts from: the parent's, or a fresh one, with the stage's own LoRA added.

    Raises:
        IntegrityError: the parent was trained on another base, or is damaged.
    """
    if parent is not None and (parent / CARD_NAME).is_file():
        model = load_model(parent, base)
    else:
        model = AnimeShooter(load_base(base, config.model.frozen_dtype), config.model, config.video)
    if stage.lora is not None:
        model.add_lora(stage.lora)
    return model


def fit(
    module: AnimeShooterModule,
    loader: StepLoader,
    history: LossHistory,
    stage: StageConfig,
    config: TrainConfig,
    work: Path,
) -> None:
    """Run the remaining steps, from the newest whole checkpoint in `work` if there is one."""
    from lightning.pytorch import Trainer

    for leftover in work.glob(".*.part"):
        leftover.unlink()
    resumed = latest_checkpoint(work, module.hparams["fingerprint"])
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on workers, loggers and modules in evaluation mode: all on purpose
        trainer = Trainer(
            accelerator=config.accelerator,
            devices=1,
            precision=config.precision,
            max_steps=stage.steps,
            max_epochs=1,
            gradient_clip_val=stage.gradient_clip,
            callbacks=[history, StepCheckpoint(work, stage.checkpoint_every_steps)],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=work,
        )
        trainer.fit(module, train_dataloaders=loader, ckpt_path=resumed, weights_only=True)
    module.model.eval()


def fit_config(stage: StageConfig, config: TrainConfig) -> FitConfig:
    """Return the part of the stage that the Lightning module needs."""
    return FitConfig(
        trainable=stage.trainable,
        loss=stage.loss,
        learning_rate=stage.learning_rate,
        weight_decay=stage.weight_decay,
        seed=config.seed,
    )


def fingerprint(stage: StageConfig, config: TrainConfig, origin: Origin) -> dict[str, JsonValue]:
    """Return what a checkpoint must agree on to be resumed from."""
    return {
        "parent": origin.parent,
        "base": origin.base,
        "data": origin.data,
        "stage": stage.model_dump(mode="json"),
        "config": digest_of(config.but(stages=())),
    }


def tensor_digests(model: AnimeShooter) -> dict[str, str]:
    """Return the sha256 of every parameter and buffer."""

    def digest(value: Tensor) -> str:
        flat = value.detach().cpu().contiguous().reshape(-1)
        return sha256(flat.view(torch.uint8).numpy().data).hexdigest()

    return {name: digest(value) for name, value in (*model.named_parameters(), *model.named_buffers())}


def emit(
    out: Path,
    module: AnimeShooterModule,
    stage: StageConfig,
    config: TrainConfig,
    origin: Origin,
    losses: list[float],
    changed: set[str],
    num_examples: int,
) -> StageResult:
    """Write the stage's folder and return its record."""
    model, trainable = module.model, set(module.trainable_names)
    trained: list[Part] = [part for part in model.loras if any(_is_lora_of(part, name) for name in trainable)]
    save_model(model, out, stage=stage.name, data_digest=origin.data, trained=trained)
    write_bytes(out / LOSSES_NAME, LossHistoryRecord(losses=tuple(map(finite, losses))).to_json())
    result = StageResult(
        stage=stage.name,
        parent_digest=origin.parent,
        base_digest=origin.base,
        data_digest=origin.data,
        config=stage,
        video=config.video,
        seed=config.seed,
        num_examples=num_examples,
        num_trainable=sum(value.numel() for value in model.parameters() if value.requires_grad),
        num_tensors=len(trainable),
        num_changed=len(changed & trainable),
        num_frozen_changed=len(changed - trainable),
        files={path.relative_to(out).as_posix(): digest_file(path) for path in sorted(out.rglob("*.safetensors"))},
        **loss_summary(losses),
    )
    write_bytes(out / RESULT_NAME, result.to_json())
    return result


def _is_lora_of(part: Part, name: str) -> bool:
    return name.startswith(f"{part}.") and "lora_" in name
