"""Grounding DINO (Liu et al., 2023) through transformers: boxes for phrases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.segmenters.base import Pixels
from models.segmenters.competition import Scores
from models.segmenters.pretrained import Precision, Wanted, intact, load_model
from pegbar.errors import ConfigurationError

if TYPE_CHECKING:
    from torch import Tensor

WANTED = Wanted("Grounding DINO model", ("grounding-dino",))
STOP = "."  # parts phrases; the model lets no word see those of another phrase
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Prompt:
    """Token ids, and where among them (first, behind the last) the words of which phrase are."""

    ids: list[int]
    spans: dict[int, tuple[int, int]]


class GroundingDino:
    """A folder as `save_pretrained` leaves it: model, tokenizer and image processor."""

    def __init__(self, folder: Path, precision: Precision, device: str) -> None:
        from transformers import AutoTokenizer, GroundingDinoForObjectDetection, GroundingDinoImageProcessorPil

        self._model: Any = load_model(folder, WANTED, GroundingDinoForObjectDetection, precision, device)
        self._tokenizer, self._processor = intact(
            folder,
            "tokenizer or image processor of the Grounding DINO model",
            lambda: (
                AutoTokenizer.from_pretrained(folder, local_files_only=True),
                GroundingDinoImageProcessorPil.from_pretrained(folder, local_files_only=True),
            ),
        )
        self._stop = self._tokenizer.convert_tokens_to_ids(STOP)
        if self._stop not in self._model.model.special_tokens.tolist():
            raise ConfigurationError(
                f"the tokenizer in {folder} is not Grounding DINO's: its full stop is token {self._stop}",
                remedy="give the tokenizer that belongs to the model",
                subject="detector_path",
            )

    def find(self, frame: Pixels, phrases: Sequence[str], min_score: float) -> tuple[Boxes, Scores]:
        """Return boxes (findings, 4) as (left, top, right, bottom) in 0..1, and scores (findings, phrases).

        A box is taken for a phrase where the phrase's likeliest word reaches `min_score`, as in the model's own use;
        how well it fits is the mean over all its words, as in the model's evaluation on COCO, because two characters
        may share their likeliest word. 0 where it is not taken.
        """
        import torch
        from PIL import Image
        from transformers.image_transforms import center_to_corners_format

        seen = self._processor(images=Image.fromarray(frame), return_tensors="pt").to(self._model.device)
        pixels = seen["pixel_values"].to(self._model.dtype)
        boxes: list[Boxes] = []
        scores: list[Scores] = []
        for prompt in prompts_of([self._words(phrase) for phrase in phrases], self._room(), self._ends()):
            ids = torch.tensor([prompt.ids], device=self._model.device)
            with torch.inference_mode():
                answer = self._model(pixel_values=pixels, pixel_mask=seen["pixel_mask"], input_ids=ids)
            rows = phrase_scores(answer.logits[0], prompt, len(phrases), min_score)
            kept = rows.any(axis=1)
            corners = center_to_corners_format(answer.pred_boxes[0].float()).clamp(0, 1)
            boxes.append(corners.cpu().numpy()[kept])
            scores.append(rows[kept])
        return np.concatenate(boxes), np.concatenate(scores)

    def _words(self, phrase: str) -> list[int]:
        words: list[int] = self._tokenizer(phrase, add_special_tokens=False).input_ids
        return words

    def _room(self) -> int:
        config = self._model.config
        return min(int(config.max_text_len), int(config.text_config.max_position_embeddings))

    def _ends(self) -> tuple[int, int, int]:
        return int(self._tokenizer.cls_token_id), int(self._stop), int(self._tokenizer.sep_token_id)


def prompts_of(phrases: Sequence[list[int]], room: int, ends: tuple[int, int, int]) -> list[Prompt]:
    """Lay phrases of token ids out, each closed by a stop, in as few prompts of `room` tokens as they need.

    Args:
        ends: the ids that open a prompt, close a phrase and close a prompt.
    """
    opening, stop, closing = ends
    prompts: list[Prompt] = []
    ids, spans = [opening], dict[int, tuple[int, int]]()
    for number, phrase in enumerate(phrases):
        words = phrase[: room - 3]
        if spans and len(ids) + len(words) + 2 > room:
            prompts.append(Prompt([*ids, closing], spans))
            ids, spans = [opening], {}
        spans[number] = (len(ids), len(ids) + len(words))
        ids = [*ids, *words, stop]
    return [*prompts, Prompt([*ids, closing], spans)]


def phrase_scores(logits: "Tensor", prompt: Prompt, num_phrases: int, min_score: float) -> Scores:
    """Return for each box, (boxes, tokens) logits, how well it fits each phrase; 0 where it is not taken for one."""
    probabilities = logits.double().sigmoid().cpu().numpy()
    scores = np.zeros((len(probabilities), num_phrases))
    for phrase, (first, behind) in prompt.spans.items():
        words = probabilities[:, first:behind]
        scores[:, phrase] = np.where(words.max(axis=1, initial=0) >= min_score, words.mean(axis=1), 0)
    return scores
