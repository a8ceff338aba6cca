"""A CLIP image embedding and a head of linear layers, in the layout of LAION's aesthetic predictors."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from models.aesthetics.base import Pixels, checked
from pegbar.config import Config
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError

if TYPE_CHECKING:
    from torch import Tensor


class CLIPLinearConfig(Config):
    """CLIP's folder and the head's safetensors file, both given by the user.

    Args:
        head: weights named ``layers.<n>.weight`` and ``.bias`` (improved-aesthetic-predictor), or ``weight`` and
            ``bias`` alone; applied by ascending number, with nothing between them.
    """

    kind: Literal["clip_linear"] = "clip_linear"
    clip: Path
    head: Path
    device: str = "cpu"
    batch: int = Field(default=16, ge=1)

    def build(self) -> "CLIPLinear":
        """Load both.

        Raises:
            NotFoundError: one is not there. IntegrityError: one does not load.
            ConfigurationError: the head does not turn CLIP's embedding into one number.
        """
        return CLIPLinear(self)


class CLIPLinear:
    """The head's number for the unit embedding of a picture; 1 to 10 with LAION's weights."""

    name = "clip_linear"
    version = 1

    def __init__(self, config: CLIPLinearConfig) -> None:
        self._config = config
        self._clip, self._processor = _loaded(config)
        self._head = _head(config.head, int(self._clip.config.projection_dim), config.device)

    def score(self, pictures: Sequence[Pixels]) -> list[float]:
        """Return one number per RGB uint8 picture (height, width, 3).

        Raises:
            InputError: a picture of another type or shape.
        """
        size = self._config.batch
        batches = [checked(pictures)[start : start + size] for start in range(0, len(pictures), size)]
        return [value for batch in batches for value in self._batch(batch)]

    def _batch(self, pictures: Sequence[Pixels]) -> list[float]:
        import torch
        from PIL import Image

        inputs = self._processor([Image.fromarray(picture) for picture in pictures], return_tensors="pt")
        with torch.inference_mode():
            found = self._clip.get_image_features(inputs["pixel_values"].to(self._config.device), return_dict=True)
            values = found.pooler_output
            values = values / values.norm(dim=-1, keepdim=True)
            for weight, bias in self._head:
                values = torch.nn.functional.linear(values, weight, bias)
        scores: list[float] = values[:, 0].tolist()
        return scores


def _loaded(config: CLIPLinearConfig) -> tuple[Any, Any]:
    """Return CLIP and its image processor."""
    from safetensors import SafetensorError
    from transformers import CLIPImageProcessorPil, CLIPModel

    for path in (config.clip / "config.json", config.head):
        if not path.is_file():
            raise NotFoundError(
                f"the aesthetic model needs {path}, which is not there",
                remedy="give the folder of a downloaded CLIP and the head as safetensors, or turn the gate off",
                subject=str(path),
            )
    try:
        clip = CLIPModel.from_pretrained(config.clip, local_files_only=True)
        processor = CLIPImageProcessorPil.from_pretrained(config.clip, local_files_only=True)
    except (OSError, RuntimeError, ValueError, KeyError, SafetensorError) as error:
        raise IntegrityError(
            f"CLIP in {config.clip} does not load: {error}", remedy="download it again", subject=str(config.clip)
        ) from error
    return clip.to(config.device).eval().requires_grad_(False), processor


def _head(path: Path, width: int, device: str) -> list[tuple["Tensor", "Tensor"]]:
    """Return the head's layers in order, checked to lead from `width` numbers to one."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(path, device=device)
    except (OSError, SafetensorError) as error:
        raise IntegrityError(
            f"the aesthetic head {path} does not load: {error}", remedy="download it again", subject=str(path)
        ) from error
    names = sorted((name.removesuffix("weight") for name in tensors if name.endswith("weight")), key=_layer_number)
    layers = [(tensors[f"{name}weight"].float(), tensors.get(f"{name}bias")) for name in names]
    widths = [width, *(weight.shape[0] for weight, _ in layers)]
    fits = all(weight.shape[1:] == (before,) for (weight, _), before in zip(layers, widths, strict=False))
    if not layers or not fits or widths[-1] != 1 or any(bias is None for _, bias in layers):
        raise ConfigurationError(
            f"the head {path} does not turn CLIP's {width} numbers into one",
            remedy="give the head that belongs to this CLIP",
            subject=str(path),
        )
    return [(weight, bias.float()) for weight, bias in layers if bias is not None]


def _layer_number(name: str) -> int:
    """Return 7 for ``layers.7.``, 0 for a head of one layer without a number."""
    return next((int(part) for part in name.split(".") if part.isdigit()), 0)
