"""LoRA in and out of a frozen transformers or diffusers model, through peft."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.adapters.config import LoraSettings
from pegbar.errors import ConfigurationError

DEFAULT_NAME = "default"
TRANSFORMER_TARGETS = r"transformer_blocks\.\d+\.attn1\.(to_q|to_k|to_v|to_out\.0)"


def target_names(model: nn.Module, pattern: str) -> tuple[str, ...]:
    """Return the sorted names of the linear layers that `pattern` matches whole; adapted ones count by their own name.

    Raises:
        ConfigurationError: not a regular expression, or nothing matches.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ConfigurationError(
            f"{pattern!r} is no regular expression: {error}", remedy="correct target_modules"
        ) from error
    linear = {name.removesuffix(".base_layer") for name, part in model.named_modules() if isinstance(part, nn.Linear)}
    names = tuple(sorted(name for name in linear if compiled.fullmatch(name)))
    if not names:
        raise ConfigurationError(f"no linear layer matches {pattern!r}", remedy="correct target_modules")
    return names


def add_lora(model: nn.Module, settings: LoraSettings, targets: Sequence[str], name: str = DEFAULT_NAME) -> None:
    """Put new float32 low-rank matrices beside the layers `targets`, seeded, trainable and active.

    Args:
        model: a transformers or diffusers model; peft freezes everything else in it.
    """
    from peft import LoraConfig

    config = LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, lora_dropout=settings.dropout, target_modules=list(targets)
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        model.add_adapter(config, adapter_name=name)  # type: ignore[operator]
    model.eval()
    for key, parameter in model.named_parameters():
        if "lora_" in key:
            parameter.data = parameter.data.float()


def lora_state(model: nn.Module, name: str = DEFAULT_NAME) -> dict[str, Tensor]:
    """Return the adapter's tensors under the names peft gives them (``<module>.lora_A.weight``)."""
    from peft import get_peft_model_state_dict

    return dict(get_peft_model_state_dict(model, adapter_name=name))


def set_lora_state(model: nn.Module, state: Mapping[str, Tensor], name: str = DEFAULT_NAME) -> None:
    """Fill an adapter that `add_lora` made; the caller has checked that `state` covers it."""
    from peft import set_peft_model_state_dict

    set_peft_model_state_dict(model, dict(state), adapter_name=name)


def expected_shapes(model: nn.Module, targets: Sequence[str], rank: int) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every tensor an adapter of `rank` on `targets` has."""
    modules: dict[str, Any] = dict(model.named_modules())
    shapes: dict[str, tuple[int, ...]] = {}
    for target in targets:
        layer = modules.get(target)
        if layer is None or not hasattr(layer, "in_features"):
            continue
        shapes[f"{target}.lora_A.weight"] = (rank, layer.in_features)
        shapes[f"{target}.lora_B.weight"] = (layer.out_features, rank)
    return shapes
