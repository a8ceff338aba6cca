"""A vision-language model asked yes or no about every picture; inputs are laid out by hand, without torchvision."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from models.media_types.base import MediaTypeScore, Pixels, checked
from pegbar.config import Config
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError

if TYPE_CHECKING:
    from torch import Tensor

FAMILIES = ("qwen2_5_vl", "qwen2_vl")
USER = "<|im_start|>user\n<|vision_start|>"
ASSISTANT = "<|vision_end|>{question}<|im_end|>\n<|im_start|>assistant\n"


class Question(Config):
    """What is asked, and the words whose probabilities are compared. Raise `version` with every change."""

    version: int = Field(default=1, ge=1)
    text: str = (
        "Is this picture from an animated film (drawn, computer-generated or stop motion), "
        "rather than filmed with a camera? Answer Yes or No."
    )
    yes: str = "Yes"
    no: str = "No"


class VLMConfig(Config):
    """A folder as `save_pretrained` leaves it: model, tokenizer and image processor.

    Args:
        min_pixels, max_pixels: a picture is resized to so many pixels in all, aspect kept.
    """

    kind: Literal["vlm"] = "vlm"
    path: Path
    question: Question = Question()
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    device: str = "cpu"
    min_pixels: int = Field(default=56 * 56, ge=28 * 28)
    max_pixels: int = Field(default=448 * 448, ge=28 * 28)

    def build(self) -> "VLMClassifier":
        """Load the model.

        Raises:
            NotFoundError: the folder holds no model. IntegrityError: what it holds does not load.
            ConfigurationError: it is of another family than Qwen2-VL's, or yes and no are one token to it.
        """
        return VLMClassifier(self)


class VLMClassifier:
    """The mean over the pictures of the model's probability of yes, against no, as its next token."""

    name = "vlm"

    def __init__(self, config: VLMConfig) -> None:
        self.version = config.question.version
        self._config = config
        self._model, self._tokenizer, self._processor = _loaded(config)
        question = config.question
        self._answers = [self._tokens(word)[0] for word in (question.yes, question.no)]
        if self._answers[0] == self._answers[1]:
            raise ConfigurationError(
                f"{question.yes!r} and {question.no!r} begin with one token in {config.path}",
                remedy="choose two answers that begin differently",
                subject="question",
            )

    def animation_score(self, pictures: Sequence[Pixels]) -> MediaTypeScore | None:
        """Score pictures spread over one film.

        Raises:
            InputError: no picture, or one that is not RGB uint8.
        """
        answers = [self._yes(picture) for picture in checked(pictures)]
        number = sum(answer > 0.5 for answer in answers)
        return MediaTypeScore(value=float(np.mean(answers)), reason=f"yes to {number} of {len(answers)} pictures")

    def _yes(self, picture: Pixels) -> float:
        import torch
        from PIL import Image

        size = {"shortest_edge": self._config.min_pixels, "longest_edge": self._config.max_pixels}
        patches = self._processor([Image.fromarray(picture)], size=size, return_tensors="pt")
        ids, is_image = self._layout(int(patches["image_grid_thw"].prod()) // self._processor.merge_size**2)
        with torch.inference_mode():
            logits: Tensor = self._model(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                mm_token_type_ids=is_image,
                pixel_values=patches["pixel_values"].to(ids.device, self._model.dtype),
                image_grid_thw=patches["image_grid_thw"].to(ids.device),
                use_cache=False,
                logits_to_keep=1,
            ).logits
        return float(logits[0, -1, self._answers].float().softmax(dim=0)[0])

    def _layout(self, num_patches: int) -> tuple["Tensor", "Tensor"]:
        """Return token ids (1, S), a placeholder for every patch, and which of them are the picture's."""
        import torch

        before, after = self._tokens(USER), self._tokens(ASSISTANT.format(question=self._config.question.text))
        ids = [*before, *[int(self._model.config.image_token_id)] * num_patches, *after]
        is_image = [0] * len(before) + [1] * num_patches + [0] * len(after)
        return torch.tensor([ids], device=self._model.device), torch.tensor([is_image], device=self._model.device)

    def _tokens(self, text: str) -> list[int]:
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return tokens


def _loaded(config: VLMConfig) -> tuple[Any, Any, Any]:
    """Return model, tokenizer and image processor."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForImageTextToText, AutoTokenizer, Qwen2VLImageProcessorPil

    if not (config.path / "config.json").is_file():
        raise NotFoundError(
            f"{config.path} holds no vision-language model: config.json is missing",
            remedy="give the folder of a downloaded Qwen2.5-VL, or choose the classical media type classifier",
            subject=str(config.path),
        )
    try:
        family = AutoConfig.from_pretrained(config.path, local_files_only=True).model_type
        if family not in FAMILIES:
            raise ConfigurationError(
                f"{config.path} holds a model of the family {family!r}",
                remedy=f"give one of {', '.join(FAMILIES)}",
                subject="path",
            )
        dtype = getattr(torch, config.precision)
        model = AutoModelForImageTextToText.from_pretrained(config.path, dtype=dtype, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(config.path, local_files_only=True)
        processor = Qwen2VLImageProcessorPil.from_pretrained(config.path, local_files_only=True)
    except (OSError, RuntimeError, KeyError, SafetensorError) as error:
        raise IntegrityError(
            f"the vision-language model in {config.path} does not load: {error}",
            remedy="download it again",
            subject=str(config.path),
        ) from error
    return model.to(config.device).eval().requires_grad_(False), tokenizer, processor
