"""Adapter files: diffusers' own LoRA format plus our header, and a loader that never loads half or the wrong thing.

diffusers reads the same file with ``pipeline.load_lora_weights`` and, since the LoRA configuration is in the header,
with the alpha it was trained with.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from models.adapters.config import AdapterHeader, LoraSettings, Part
from models.adapters.lora import DEFAULT_NAME, add_lora, expected_shapes, lora_state, set_lora_state
from models.adapters.tensors import damaged, read_tensors, write_tensors
from pegbar.errors import ConfigurationError

FILE_NAME = "pytorch_lora_weights.safetensors"  # what diffusers looks for
DIFFUSERS_KEY = "lora_adapter_metadata"
HEADER_KEY = "pegbar.adapter"


def save_adapter(model: nn.Module, path: Path, header: AdapterHeader, name: str = DEFAULT_NAME) -> None:
    """Write the adapter `name` of `model` to `path`; equal weights and header give equal bytes.

    Raises:
        DiskFullError, ReadOnlyError: the file cannot be written.
    """
    lora_config = {
        "peft_type": "LORA",
        "r": header.rank,
        "lora_alpha": header.alpha,
        "lora_dropout": header.dropout,
        "bias": "none",
        "target_modules": list(header.target_modules),
    }
    metadata = {
        DIFFUSERS_KEY: json.dumps({f"{header.part}.{key}": lora_config[key] for key in sorted(lora_config)}),
        HEADER_KEY: header.to_json().decode(),
    }
    write_tensors(path, {f"{header.part}.{key}": value for key, value in lora_state(model, name).items()}, metadata)


def read_header(path: Path) -> AdapterHeader:
    """Return what the file says of itself, its weights checked for being whole and finite.

    Raises:
        IntegrityError: damaged, foreign, or without the alpha it was trained with.
    """
    return _header_of(path, read_tensors(path)[1])


def load_adapter(
    model: nn.Module, path: Path, *, part: Part, base_digest: str, name: str = DEFAULT_NAME
) -> AdapterHeader:
    """Add the adapter in `path` to `model` under `name`, active; on any doubt `model` stays as it was.

    Raises:
        IntegrityError: damaged or foreign file, NaN, another part, another base, lost alpha, a missing, surplus or
            misshapen tensor.
    """
    tensors, metadata = read_tensors(path)
    header = _header_of(path, metadata)
    if header.part != part:
        raise damaged(path, f"is for the {header.part}, not for the {part}")
    if header.base_digest != base_digest:
        raise damaged(path, f"was trained on base {header.base_digest[:12]}, not on {base_digest[:12]}")
    state = {key.removeprefix(f"{part}."): value for key, value in tensors.items()}
    _check_coverage(path, state, expected_shapes(model, header.target_modules, header.rank), header)
    settings = LoraSettings(part=part, rank=header.rank, alpha=header.alpha, dropout=header.dropout)
    add_lora(model, settings, header.target_modules, name)
    set_lora_state(model, state, name)
    return header


def _header_of(path: Path, metadata: Mapping[str, str]) -> AdapterHeader:
    if HEADER_KEY not in metadata:
        raise damaged(path, "was not written by pegbar, so nothing says which base it belongs to")
    try:
        header = AdapterHeader.from_json(metadata[HEADER_KEY])
        lora_config = json.loads(metadata.get(DIFFUSERS_KEY, "{}"))
    except (ConfigurationError, ValueError) as error:
        raise damaged(path, f"has a header that cannot be read: {error}") from error
    alpha = lora_config.get(f"{header.part}.lora_alpha") if isinstance(lora_config, dict) else None
    if alpha != header.alpha:
        raise damaged(path, f"lost the alpha it was trained with ({header.alpha}; diffusers would read {alpha})")
    return header


def _check_coverage(
    path: Path, state: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]], header: AdapterHeader
) -> None:
    missing, surplus = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    if len(expected) != 2 * len(header.target_modules) or not expected:
        raise damaged(path, "names layers that this model does not have")
    if missing or surplus:
        first = (missing or surplus)[0]
        raise damaged(path, f"covers the model only in part: {len(missing)} missing, {len(surplus)} surplus ({first})")
    for key, shape in expected.items():
        if tuple(state[key].shape) != shape:
            raise damaged(path, f"has {key} of shape {tuple(state[key].shape)} instead of {shape}")
