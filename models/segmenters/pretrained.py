"""Models as `save_pretrained` leaves them in a folder of the user's; nothing is fetched, and no pickle is read."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from models.segmenters.base import Pixels
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError

if TYPE_CHECKING:
    from torch import Tensor

Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Wanted:
    """What a folder should hold: words for a person, and the `model_type`s that fit."""

    what: str
    families: tuple[str, ...]


def load_model(folder: Path, wanted: Wanted, kind: Any, precision: Precision, device: str) -> Any:
    """Return the model of the transformers class `kind`, frozen, in evaluation mode.

    Raises:
        NotFoundError: the folder holds no model.
        ConfigurationError: it is of another family, or the device is not there.
        IntegrityError: what it holds does not load, or not every weight is there.
    """
    import torch

    _check_family(folder, wanted)
    model, report = intact(
        folder,
        wanted.what,
        lambda: kind.from_pretrained(
            folder,
            dtype=getattr(torch, precision),
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        ),
    )
    if missing := sorted(report["missing_keys"]):
        raise IntegrityError(
            f"{len(missing)} weights of the {wanted.what} are not in {folder}, {missing[0]} first",
            remedy="download it again",
            subject=str(folder),
        )
    try:
        return model.to(device).eval().requires_grad_(False)
    except (RuntimeError, AssertionError) as error:
        raise ConfigurationError(
            f"the {wanted.what} cannot go to the device {device!r}: {str(error).splitlines()[0]}",
            remedy="set device to cpu in the recipe, or install torch for the device",
            subject="device",
        ) from error


def intact(folder: Path, what: str, load: Callable[[], Any]) -> Any:
    """Return what `load` returns.

    Raises:
        IntegrityError: it does not load.
    """
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    try:
        return load()
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, StrictDataclassError, SafetensorError) as error:
        raise IntegrityError(
            f"the {what} in {folder} does not load: {error}", remedy="download it again", subject=str(folder)
        ) from error


def square_input(frame: Pixels, side: int, mean: tuple[float, ...], spread: tuple[float, ...]) -> "Tensor":
    """Return an RGB frame as float32 (1, 3, side, side), stretched; what the torchvision processors of SAM do."""
    import torch
    from PIL import Image

    small = np.asarray(Image.fromarray(frame).resize((side, side), Image.Resampling.BILINEAR), np.float32) / 255
    normal = (small - np.array(mean, np.float32)) / np.array(spread, np.float32)
    return torch.from_numpy(np.ascontiguousarray(normal.transpose(2, 0, 1)))[None]


def side_of(size: int | list[int] | tuple[int, ...]) -> int:
    """Return the side of the square a SAM configuration gives as one number or two."""
    return size if isinstance(size, int) else size[0]


def _check_family(folder: Path, wanted: Wanted) -> None:
    path = folder / "config.json"
    if not path.is_file():
        raise NotFoundError(
            f"{folder} holds no {wanted.what}: config.json is missing",
            remedy=f"give the folder of a downloaded {wanted.what}, or choose the classical segmenter",
            subject=str(folder),
        )
    described = intact(folder, wanted.what, lambda: json.loads(path.read_text(encoding="utf-8")))
    family = described.get("model_type") if isinstance(described, dict) else None
    if family not in wanted.families:
        raise ConfigurationError(
            f"{folder} holds a model of the family {family!r}, not a {wanted.what}",
            remedy=f"give one of {', '.join(wanted.families)}",
            subject="path",
        )
