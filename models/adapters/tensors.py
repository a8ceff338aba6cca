"""Safetensors files with the same bytes every time, and errors of the tree when one cannot be read."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from pegbar.errors import IntegrityError
from pegbar.files import write_bytes

LENGTH_BYTES = 8
ALIGNMENT = 8


def write_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write tensors and header keys atomically; equal content gives equal bytes.

    The library orders the header's metadata by a hash that differs between processes, so the header is put in order
    here.

    Raises:
        DiskFullError, ReadOnlyError: the file cannot be written.
    """
    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, {"format": "pt"})
    length = int.from_bytes(content[:LENGTH_BYTES], "little")
    header = json.loads(content[LENGTH_BYTES : LENGTH_BYTES + length])
    header["__metadata__"] = {"format": "pt"} | metadata
    ordered = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ordered += b" " * (-len(ordered) % ALIGNMENT)
    write_bytes(path, len(ordered).to_bytes(LENGTH_BYTES, "little") + ordered + content[LENGTH_BYTES + length :])


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return all tensors (on the CPU) and the header's metadata.

    Raises:
        IntegrityError: missing, empty, truncated, not safetensors, or a value that is not finite.
    """
    try:
        with safe_open(path, framework="pt", device="cpu") as stream:
            metadata = stream.metadata() or {}
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise damaged(path, f"is not a whole safetensors file: {error}") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise damaged(path, f"holds NaN or infinity in {name}")
    return tensors, dict(metadata)


def damaged(path: Path, how: str) -> IntegrityError:
    """Return the error for a weights file that may not be used."""
    return IntegrityError(f"{path.name} {how}", remedy="train it again: pegbar resume", subject=str(path))
