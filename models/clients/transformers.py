"""A vision-language model on this machine as a client: pictures and text in turn, greedy, within tokens and seconds."""

import json
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from models.clients.base import AnswerT, Calls, Picture, Question, Text
from models.clients.conversation import Answer, Turn
from models.clients.paid import ClientSettings, PaidClient
from models.qwen_vl import Precision, QwenVL, Words, check_folder
from pegbar.calls import Spent
from pegbar.errors import ProviderError

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = 1
OTHERWISE = "choose another client"
FORM = "Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{schema}"
MARK, END, SEES, SEEN = "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"


class TransformersConfig(ClientSettings):
    """A model of Qwen2.5-VL's family.

    Args:
        model: its folder, as `save_pretrained` leaves it: model, tokenizer and image processor.
        temperature: 0; an answer is the likeliest one, so that it is the same every time.
        max_new_tokens: of one answer; one that is cut off is told so.
        max_seconds: of one answer; one that takes longer fails for now.
        min_pixels, max_pixels: a picture is resized to so many pixels in all, aspect kept.
    """

    kind: Literal["transformers"] = "transformers"
    temperature: float | None = Field(default=0.0, ge=0, le=0)
    precision: Precision = "bfloat16"
    device: str = "cpu"
    max_new_tokens: int = Field(default=8192, ge=1)
    max_seconds: float = Field(default=1800.0, gt=0)
    min_pixels: int = Field(default=56 * 56, ge=28 * 28)
    max_pixels: int = Field(default=448 * 448, ge=28 * 28)

    def build(self, calls: Calls) -> PaidClient:
        """Return the client; its answers cost nothing but are kept all the same.

        Raises:
            NotFoundError: the folder holds no model; what else is wrong with it is said with the first question.
        """
        check_folder(Path(self.model), OTHERWISE)
        return PaidClient("transformers", VERSION, self, calls, partial(_connect, self), takes_footage=False)


def _connect(config: TransformersConfig) -> "LocalWire":
    return LocalWire(config, _loaded(config.model, config.precision, config.device))


@lru_cache(maxsize=1)
def _loaded(model: str, precision: Precision, device: str) -> QwenVL:
    return QwenVL.load(Path(model), precision, device, OTHERWISE)


class LocalWire:
    """A loaded model that answers."""

    def __init__(self, config: TransformersConfig, qwen: QwenVL) -> None:
        self._config = config
        self._qwen = qwen

    def request(self, question: Question[AnswerT], turns: tuple[Turn, ...], key: str) -> Answer:  # noqa: ARG002
        """Write the likeliest answer after the turns so far.

        Raises:
            ProviderError: it took too long.
        """
        import torch

        inputs = self._qwen.inputs(
            conversation_pieces(question, turns), self._config.min_pixels, self._config.max_pixels
        )
        length = inputs["input_ids"].shape[1]
        ends = [self._qwen.tokens(END)[0], int(self._qwen.tokenizer.eos_token_id)]
        with torch.inference_mode():
            ids = self._qwen.model.generate(
                **inputs,
                do_sample=False,
                temperature=None,
                top_k=None,
                top_p=None,
                repetition_penalty=1.0,
                max_new_tokens=self._config.max_new_tokens,
                max_time=self._config.max_seconds,
                eos_token_id=ends,
                pad_token_id=ends[-1],
            )[0, length:].tolist()
        if ids[-1] not in ends and len(ids) < self._config.max_new_tokens:
            raise ProviderError(
                f"{self._config.model} wrote {len(ids)} tokens in {self._config.max_seconds:g} s and was not done",
                remedy="raise max_seconds of the client in the recipe, or its device, then: pegbar resume",
                subject=self._config.model,
            )
        text = self._qwen.tokenizer.decode(ids, skip_special_tokens=True)
        spent = Spent(num_calls=1, input_tokens=length, output_tokens=len(ids))
        return Answer(text, Path(self._config.model).name, spent, was_kept=False)


def conversation_pieces(question: Question[AnswerT], turns: tuple[Turn, ...]) -> "list[str | Words | Image]":
    """Lay out a conversation as Qwen2.5-VL was taught it: who speaks, what is said and seen, whose turn it is."""
    from PIL import Image

    schema = json.dumps(question.answer.model_json_schema(), ensure_ascii=False)
    pieces: list[str | Words | Image.Image] = [f"{MARK}system\n", Words(FORM.format(schema=schema)), f"{END}\n"]
    pieces.append(f"{MARK}user\n")
    for part in question.parts:  # never footage: `PaidClient` refuses it
        match part:
            case Text():
                pieces.append(Words(part.text))
            case Picture():
                pieces += [SEES, Image.open(BytesIO(part.content)).convert("RGB"), SEEN]
    for turn in turns:
        pieces += [f"{END}\n{MARK}assistant\n", Words(turn.text), f"{END}\n{MARK}user\n", Words(turn.feedback)]
    return [*pieces, f"{END}\n{MARK}assistant\n"]
