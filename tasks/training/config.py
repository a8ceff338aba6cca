"""Stages as data: what each trains, on what view of the dataset, with which loss, and what it must show at its end."""

from typing import Literal, Self

from pydantic import Field, model_validator

from models.adapters.config import LoraSettings
from models.animeshooter.config import AnimeShooterConfig, VideoShape
from models.animeshooter.dropout import DropoutPolicy
from models.nano.config import NanoConfig
from pegbar.config import Config

StageName = Literal["condition-alignment", "single-shot", "multi-shot", "ip-lora"]
View = Literal["clip", "shot", "story", "ip"]

QUERIES_AND_ADAPTER = ("queries", "adapter.*")
MLLM_LORA = "mllm.*lora_*"
TRANSFORMER_LORA = "transformer.*lora_*"


class ExitLimits(Config):
    """What a stage must show before the next may start.

    Args:
        max_last_mean_loss: bound on the mean of the last fifth of the losses; None does not look.
        min_changed_share: share of the trainable tensors that must differ from where they started.
    """

    max_last_mean_loss: float | None = Field(default=None, gt=0)
    min_changed_share: float = Field(default=0.99, ge=0, le=1)


class StageConfig(Config):
    """One stage of the staged training.

    Args:
        trainable: shell patterns over parameter names; everything else is frozen.
        view: "clip": a clip's first frame and caption; "shot": a reference and one captioned shot; "story":
            neighbouring shots of a story under one reference; "ip": any shots of one character, in any order.
        lora: put into its part when the stage starts; None continues what the parent has.
        ip: "ip" view only: the character's name; None takes the one with most clips.
        ip_film_id: "ip" view only: the film the character is from; names may repeat between films.
        max_ip_clips: "ip" view only: clips used (paper: 5 to 6).
    """

    name: StageName
    trainable: tuple[str, ...]
    loss: Literal["t5_mse", "velocity_mse"]
    view: View
    shots_per_sequence: int = Field(default=1, ge=1)
    dropout: DropoutPolicy = DropoutPolicy()
    lora: LoraSettings | None = None
    steps: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    gradient_clip: float = Field(default=1.0, gt=0)
    checkpoint_every_steps: int = Field(default=500, ge=1)
    ip: str | None = None
    ip_film_id: str | None = None
    max_ip_clips: int = Field(default=6, ge=1)
    limits: ExitLimits = ExitLimits()

    @model_validator(mode="after")
    def _view_fits_length(self) -> Self:
        if self.view in ("clip", "shot") and self.shots_per_sequence != 1:
            raise ValueError(f"the {self.view!r} view has one shot per sequence, not {self.shots_per_sequence}")
        if self.view == "ip" and self.max_ip_clips < self.shots_per_sequence:
            raise ValueError("max_ip_clips is smaller than shots_per_sequence")
        return self


class TrainConfig(Config):
    """A whole training: the base, the model on it, and its stages in order.

    Args:
        num_threads: CPU threads (`models.animeshooter.threads`).
    """

    base: NanoConfig = NanoConfig()
    model: AnimeShooterConfig
    stages: tuple[StageConfig, ...]
    video: VideoShape = VideoShape()
    seed: int = 0
    num_threads: int = Field(default=1, ge=1)
    accelerator: Literal["cpu", "cuda"] = "cpu"
    precision: Literal["32-true", "bf16-mixed"] = "32-true"

    def stage(self, name: StageName) -> StageConfig:
        """Return the stage called `name`.

        Raises:
            KeyError: there is none.
        """
        return {stage.name: stage for stage in self.stages}[name]


def paper_stages() -> tuple[StageConfig, ...]:
    """Return the paper's four stages (appendix B.2): trainable parts, data, batch sizes and steps.

    Stage 1 learned from WebVid-10M there; any captioned clips do here. Ranks, rates and stage 4's dropout are not
    stated.
    """
    return (
        StageConfig(
            name="condition-alignment", trainable=QUERIES_AND_ADAPTER, loss="t5_mse", view="clip",
            steps=1_800_000, batch_size=32,
        ),
        StageConfig(
            name="single-shot", trainable=(*QUERIES_AND_ADAPTER, MLLM_LORA), loss="velocity_mse", view="shot",
            dropout=DropoutPolicy(reference_only=0.05, captions_only=0.05, both=0.05),
            lora=LoraSettings(part="mllm"), steps=17_000, batch_size=24,
        ),
        StageConfig(
            name="multi-shot", trainable=(*QUERIES_AND_ADAPTER, MLLM_LORA), loss="velocity_mse", view="story",
            shots_per_sequence=3, dropout=DropoutPolicy(both=0.05), steps=8_000, batch_size=8,
        ),
        StageConfig(
            name="ip-lora", trainable=(TRANSFORMER_LORA,), loss="velocity_mse", view="ip", shots_per_sequence=3,
            dropout=DropoutPolicy(both=0.05), lora=LoraSettings(part="transformer"), steps=1_000, batch_size=2,
        ),
    )  # fmt: skip
