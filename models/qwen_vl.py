"""Vision-language models of Qwen2-VL's family from a folder; inputs are laid out by hand, without torchvision."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

FAMILIES = ("qwen2_5_vl", "qwen2_vl")
Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Words:
    """Text in which a mark such as ``<|im_end|>`` is letters, not a mark."""

    text: str


@dataclass(frozen=True)
class QwenVL:
    """A frozen model with its tokenizer and image processor."""

    model: Any
    tokenizer: Any
    processor: Any

    @classmethod
    def load(cls, path: Path, precision: Precision, device: str, otherwise: str) -> "QwenVL":
        """Load a folder as `save_pretrained` leaves it; nothing is fetched.

        Args:
            otherwise: what else a person may do who has no such folder.

        Raises:
            NotFoundError: the folder holds no model. IntegrityError: what it holds does not load.
            ConfigurationError: it is of another family.
        """
        import torch
        from safetensors import SafetensorError
        from transformers import AutoConfig, AutoModelForImageTextToText, AutoTokenizer, Qwen2VLImageProcessorPil

        check_folder(path, otherwise)
        try:
            family = AutoConfig.from_pretrained(path, local_files_only=True).model_type
            if family not in FAMILIES:
                raise ConfigurationError(
                    f"{path} holds a model of the family {family!r}",
                    remedy=f"give one of {', '.join(FAMILIES)}",
                    subject="path",
                )
            dtype = getattr(torch, precision)
            model = AutoModelForImageTextToText.from_pretrained(path, dtype=dtype, local_files_only=True)
            tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
            processor = Qwen2VLImageProcessorPil.from_pretrained(path, local_files_only=True)
        except (OSError, RuntimeError, KeyError, SafetensorError) as error:
            raise IntegrityError(
                f"the vision-language model in {path} does not load: {error}",
                remedy="download it again",
                subject=str(path),
            ) from error
        return cls(model.to(device).eval().requires_grad_(False), tokenizer, processor)

    def tokens(self, text: str, *, has_marks: bool = True) -> list[int]:
        """Return a text's tokens, its marks as such or letter by letter."""
        found: list[int] = self.tokenizer(text, add_special_tokens=False, split_special_tokens=not has_marks).input_ids
        return found

    def inputs(self, pieces: "Sequence[str | Words | Image]", min_pixels: int, max_pixels: int) -> dict[str, "Tensor"]:
        """Return what the model takes for one sequence, a placeholder for every patch of a picture.

        Args:
            pieces: pictures, `Words`, and strings of ours in which marks are marks.
            min_pixels, max_pixels: a picture is resized to so many pixels in all, aspect kept.
        """
        import torch

        pictures = [piece for piece in pieces if not isinstance(piece, str | Words)]
        size = {"shortest_edge": min_pixels, "longest_edge": max_pixels}
        patches = self.processor(pictures, size=size, return_tensors="pt") if pictures else {}
        counts = iter((patches["image_grid_thw"].prod(-1) // self.processor.merge_size**2).tolist() if pictures else ())
        image_id = int(self.model.config.image_token_id)
        row: list[tuple[int, int]] = []
        for piece in pieces:
            match piece:
                case str():
                    row += [(token, 0) for token in self.tokens(piece)]
                case Words():
                    row += [(token, 0) for token in self.tokens(piece.text, has_marks=False)]
                case _:
                    row += [(image_id, 1)] * next(counts)
        device = self.model.device
        ids, is_picture = torch.tensor([row], device=device).unbind(-1)
        laid = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "mm_token_type_ids": is_picture}
        if pictures:
            laid["pixel_values"] = patches["pixel_values"].to(device, self.model.dtype)
            laid["image_grid_thw"] = patches["image_grid_thw"].to(device)
        return laid


def check_folder(path: Path, otherwise: str) -> None:
    """Say whether a folder holds a model at all.

    Raises:
        NotFoundError: it does not.
    """
    if not (path / "config.json").is_file():
        raise NotFoundError(
            f"{path} holds no vision-language model: config.json is missing",
            remedy=f"give the folder of a downloaded Qwen2.5-VL, or {otherwise}",
            subject=str(path),
        )
