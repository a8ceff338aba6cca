from pathlib import Path

import pytest
import torch
from small_training import MODEL, VIDEO, picture, sequence
from torch import Tensor

from models.adapters.config import LoraSettings
from models.animeshooter.base import load_base
from models.animeshooter.config import SamplerConfig
from models.animeshooter.model import AnimeShooter
from models.animeshooter.objective import text_alignment_loss, velocity_loss
from models.animeshooter.sampling import generate_story


def latents_and_noise(model: AnimeShooter, count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    shape = (count, *model.latent_shape)
    return torch.randn(shape, generator=generator), torch.randn(shape, generator=generator)


def test_at_the_last_step_nothing_of_the_film_is_left_and_the_target_is_minus_the_film(
    model: AnimeShooter, monkeypatch: pytest.MonkeyPatch
) -> None:
    latents, noise = latents_and_noise(model, 1)
    seen: list[Tensor] = []

    def perfect(noisy: Tensor, condition: Tensor, timesteps: Tensor) -> Tensor:
        seen.append(noisy)
        return -latents

    monkeypatch.setattr(model, "velocity", perfect)
    loss = velocity_loss(model, [sequence("a")], latents, noise, torch.tensor([999]))
    assert torch.equal(seen[0], noise)
    assert loss.item() == 0.0


def test_in_between_the_target_is_root_alpha_noise_minus_root_rest_film(
    model: AnimeShooter, monkeypatch: pytest.MonkeyPatch
) -> None:
    latents, noise = latents_and_noise(model, 1)
    alpha = float(model.scheduler.alphas_cumprod[500])
    monkeypatch.setattr(model, "velocity", lambda *_: alpha**0.5 * noise - (1 - alpha) ** 0.5 * latents)
    loss = velocity_loss(model, [sequence("a")], latents, noise, torch.tensor([500]))
    assert loss.item() == pytest.approx(0.0, abs=1e-10)


def test_gradients_reach_queries_adapter_and_lora_and_nothing_frozen(model: AnimeShooter) -> None:
    model.add_lora(LoraSettings(part="mllm", rank=2, alpha=2))
    for name, value in model.named_parameters():
        if "lora_B" in name:
            value.data.fill_(0.01)  # at zero, A would get no gradient in the first step
    latents, noise = latents_and_noise(model, 2)
    velocity_loss(model, [sequence("a fox", "a tree")], latents, noise, torch.tensor([300, 700])).backward()
    reached = {name for name, value in model.named_parameters() if value.grad is not None and bool(value.grad.any())}
    assert "queries" in reached
    assert {name for name in reached if name.startswith("adapter.")} == {
        f"adapter.{name}" for name, _ in model.adapter.named_parameters()
    }
    assert (
        sum("lora_" in name and name.startswith("mllm.") for name in reached) == 2 * 4 * 2
    )  # A, B; q, k, v, o; layers
    assert not [name for name in reached if name.startswith(("transformer.", "vae.", "text_encoder."))]
    assert not [name for name in reached if name.startswith("mllm.") and "lora_" not in name]


def test_alignment_is_the_mean_squared_error_to_t5(model: AnimeShooter, monkeypatch: pytest.MonkeyPatch) -> None:
    features = model.text_features(["a fox"])
    assert features.shape == (1, 16, 32)
    monkeypatch.setattr(model, "condition", lambda _: features + 0.5)
    assert text_alignment_loss(model, [sequence("a fox")], features).item() == pytest.approx(0.25)


def test_a_half_precision_base_trains_full_precision_parts(base_folder: Path) -> None:
    model = AnimeShooter(load_base(base_folder, "bfloat16"), MODEL.but(frozen_dtype="bfloat16"), VIDEO)
    model.add_lora(LoraSettings(part="mllm", rank=2))
    model.add_lora(LoraSettings(part="transformer", rank=2))
    types = {value.requires_grad: value.dtype for value in model.parameters()}
    assert types == {True: torch.float32, False: torch.bfloat16}
    latents, noise = latents_and_noise(model, 1)
    velocity_loss(model, [sequence("a")], latents, noise, torch.tensor([500])).backward()
    assert model.queries.grad is not None and bool(model.queries.grad.isfinite().all())
    (shot,) = generate_story(model, picture(), ["a"], 0, SamplerConfig(num_inference_steps=1))
    assert shot.shape == (9, 32, 32, 3)
