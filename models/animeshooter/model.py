"""AnimeShooterGen: condition = adapter(MLLM(reference, context, caption)), video = frozen CogVideoX(condition)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.adapters.config import AdapterHeader, LoraSettings, Part
from models.adapters.lora import TRANSFORMER_TARGETS, add_lora, target_names
from models.animeshooter.adapter import ConditionAdapter
from models.animeshooter.config import AnimeShooterConfig, VideoShape
from models.animeshooter.qwen import QwenBackend
from models.animeshooter.sequence import Picture, ShotSequence
from pegbar.errors import ConfigurationError

if TYPE_CHECKING:
    from models.animeshooter.base import Base


class AnimeShooter(nn.Module):
    """The whole model. Everything that came with the base is frozen; `queries` and `adapter` are its own.

    Args:
        base: the loaded base; its modules are used, not copied.
        video: the shape of a shot.
    """

    def __init__(self, base: "Base", config: AnimeShooterConfig, video: VideoShape) -> None:
        super().__init__()
        self.config = config
        self.video = video
        self.base_digest = base.digest
        self.loras: dict[Part, AdapterHeader] = {}
        self.pipeline = base.pipeline
        self.scheduler = base.pipeline.scheduler
        self.vae: Any = base.pipeline.vae
        self.text_encoder: Any = base.pipeline.text_encoder
        self.transformer: Any = base.pipeline.transformer
        self.mllm = QwenBackend(base, config)
        settings = self.transformer.config
        self.condition_length = int(settings.max_text_seq_length)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.queries = nn.Parameter(0.02 * torch.randn(config.num_queries, self.mllm.hidden_size))
            self.adapter = ConditionAdapter(
                config, self.mllm.hidden_size, self.condition_length, int(settings.text_embed_dim)
            )
        self.eval()

    @property
    def device(self) -> torch.device:
        """Where the queries lie, and everything else with them."""
        return self.queries.device

    @property
    def frozen_dtype(self) -> torch.dtype:
        """Precision of the frozen generator."""
        dtype: torch.dtype = self.vae.dtype
        return dtype

    @property
    def latent_shape(self) -> tuple[int, int, int, int]:
        """Shape (T, C, h, w) of one shot's latents."""
        space, time = self.pipeline.vae_scale_factor_spatial, self.pipeline.vae_scale_factor_temporal
        frames = (self.video.num_frames - 1) // time + 1
        channels = int(self.transformer.config.in_channels)
        return frames, channels, self.video.height // space, self.video.width // space

    def part(self, part: Part) -> nn.Module:
        """Return the frozen module that LoRA of `part` goes into."""
        chosen: nn.Module = self.mllm.model if part == "mllm" else self.transformer
        return chosen

    def add_lora(self, settings: LoraSettings) -> None:
        """Put new LoRA into the part that `settings` name.

        Raises:
            ConfigurationError: the part has LoRA already, or no layer matches.
        """
        if settings.part in self.loras:
            raise ConfigurationError(
                f"the {settings.part} has LoRA already", remedy="let the stage continue it: lora=None"
            )
        default = self.mllm.lora_targets if settings.part == "mllm" else TRANSFORMER_TARGETS
        targets = target_names(self.part(settings.part), settings.target_modules or default)
        add_lora(self.part(settings.part), settings, targets)
        self.loras[settings.part] = AdapterHeader(
            part=settings.part, base_digest=self.base_digest, stage="", data_digest="", rank=settings.rank,
            alpha=settings.alpha, dropout=settings.dropout, target_modules=targets,
        )  # fmt: skip

    def condition(self, sequences: Sequence[ShotSequence]) -> Tensor:
        """Return what the generator is told for every shot: (B*n, condition_length, text_dim), float32."""
        hidden = self.mllm.encode(sequences, self.queries)
        return self.adapter(hidden.flatten(0, 1))  # type: ignore[no-any-return]

    @torch.no_grad()
    def text_features(self, captions: Sequence[str]) -> Tensor:
        """Return T5 features (N, condition_length, text_dim) as CogVideoX makes them: padded, no attention mask."""
        embeds, _ = self.pipeline.encode_prompt(
            prompt=list(captions),
            do_classifier_free_guidance=False,
            max_sequence_length=self.condition_length,
            device=self.device,
        )
        return embeds.float()  # type: ignore[no-any-return]

    @torch.no_grad()
    def encode_video(self, frames: Picture) -> Tensor:
        """Turn frames (F, H, W, 3) into scaled latents (T, C, h, w): the distribution's mode, so the same each time.

        Raises:
            ConfigurationError: the frames do not have the model's video shape.
        """
        expected = (self.video.num_frames, self.video.height, self.video.width, 3)
        if frames.shape != expected:
            raise ConfigurationError(
                f"frames of shape {frames.shape} where the model takes {expected}",
                remedy="decode clips to the model's VideoShape",
            )
        video = torch.from_numpy(frames).to(self.device, self.frozen_dtype) / 127.5 - 1
        distribution = self.vae.encode(video.permute(3, 0, 1, 2).unsqueeze(0)).latent_dist
        latents: Tensor = distribution.mode()[0] * self.vae.config.scaling_factor
        return latents.permute(1, 0, 2, 3).float()

    def velocity(self, noisy: Tensor, condition: Tensor, timesteps: Tensor) -> Tensor:
        """Return the generator's prediction for noisy latents (N, T, C, h, w) at `timesteps` (N,)."""
        predicted = self.transformer(
            hidden_states=noisy.to(self.frozen_dtype),
            encoder_hidden_states=condition.to(self.frozen_dtype),
            timestep=timesteps.to(self.device),
            return_dict=False,
        )[0]
        return predicted.float()  # type: ignore[no-any-return]
