"""A vision-language model asked yes or no about every picture; inputs are laid out by hand, without torchvision."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from models.media_types.base import MediaTypeScore, Pixels, checked
from models.qwen_vl import Precision, QwenVL
from pegbar.config import Config
from pegbar.errors import ConfigurationError

if TYPE_CHECKING:
    from torch import Tensor

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
    precision: Precision = "float32"
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
        otherwise = "choose the classical media type classifier"
        self._qwen = QwenVL.load(config.path, config.precision, config.device, otherwise)
        question = config.question
        self._answers = [self._qwen.tokens(word)[0] for word in (question.yes, question.no)]
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

        asked = (USER, Image.fromarray(picture), ASSISTANT.format(question=self._config.question.text))
        inputs = self._qwen.inputs(asked, self._config.min_pixels, self._config.max_pixels)
        with torch.inference_mode():
            logits: Tensor = self._qwen.model(**inputs, use_cache=False, logits_to_keep=1).logits
        return float(logits[0, -1, self._answers].float().softmax(dim=0)[0])
