"""SAM 3 (Carion et al., 2025) through transformers: every instance of a phrase, for the phrase of each character."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from models.segmenters.base import Mask, Pixels, SegmentRequest
from models.segmenters.competition import (
    CompetitionConfig,
    Probabilities,
    Scores,
    claims,
    enlarged,
    first_ones_pixels,
    mask_overlaps,
)
from models.segmenters.phrases import PhraseConfig, phrases_of
from models.segmenters.pretrained import Precision, Wanted, intact, load_model, side_of, square_input
from pegbar.config import Config

if TYPE_CHECKING:
    from torch import Tensor

WANTED = Wanted("SAM 3 model", ("sam3", "sam3_video"))  # the released weights hold detector and tracker in one
MEAN = SPREAD = (0.5, 0.5, 0.5)


class Sam3Config(Config):
    """A folder as `save_pretrained` leaves it: model and tokenizer.

    Args:
        min_score: an instance's score times the phrase's presence, from which it counts as found.
    """

    kind: Literal["sam3"] = "sam3"
    path: Path
    phrase: PhraseConfig = PhraseConfig()
    competition: CompetitionConfig = CompetitionConfig()
    min_score: float = Field(default=0.5, gt=0, le=1)
    precision: Precision = "float32"
    device: str = "cpu"

    def build(self) -> "Sam3Segmenter":
        """Load the model.

        Raises:
            NotFoundError, ConfigurationError, IntegrityError: see `load_model`.
        """
        return Sam3Segmenter(self)


class Sam3Segmenter:
    """Looks for the phrase of every character the shot lists; each thing found goes to one of them."""

    name = "sam3"
    version = 1

    def __init__(self, config: Sam3Config) -> None:
        from transformers import AutoTokenizer, Sam3Model

        self._config = config
        self._model: Any = load_model(config.path, WANTED, Sam3Model, config.precision, config.device)
        self._tokenizer: Any = intact(
            config.path,
            "tokenizer of the SAM 3 model",
            lambda: AutoTokenizer.from_pretrained(config.path, local_files_only=True),
        )

    def segment(self, request: SegmentRequest) -> list[Mask | None]:
        """Return one raw mask per target, of the frame's size, or None where the character is not found."""
        phrases = phrases_of((request.subject, *request.others), self._config.phrase)
        texts = [self._tokens(phrase) for phrase in phrases]
        return [self._cut(request.frames[target], texts) for target in request.targets]

    def _cut(self, frame: Pixels, texts: list[tuple["Tensor", "Tensor"]]) -> Mask | None:
        found, scores = self._found(frame, texts)
        settings = self._config.competition
        claimed = claims(scores, mask_overlaps(found > settings.mask_threshold), settings)
        if not claimed:
            return None
        height, width = frame.shape[:2]
        maps = [enlarged(found[claim.finding], width, height) for claim in claimed]
        return first_ones_pixels(maps, claimed, settings.mask_threshold)

    def _found(self, frame: Pixels, texts: list[tuple["Tensor", "Tensor"]]) -> tuple[Probabilities, Scores]:
        """Return the instances of all phrases, (findings, height, width) at the model's size, and their scores."""
        import torch

        pixels = square_input(frame, side_of(self._model.config.image_size), MEAN, SPREAD)
        maps: list[Probabilities] = []
        rows: list[Scores] = []
        with torch.inference_mode():
            seen = self._model.get_vision_features(pixels.to(self._model.device, self._model.dtype))
            for character, (ids, attention) in enumerate(texts):
                answer = self._model(vision_embeds=seen, input_ids=ids, attention_mask=attention)
                score = (answer.pred_logits.sigmoid() * answer.presence_logits.sigmoid())[0].double()
                kept = score >= self._config.min_score
                maps.append(answer.pred_masks[0, kept].float().sigmoid().cpu().numpy())
                row = np.zeros((int(kept.sum()), len(texts)))
                row[:, character] = score[kept].cpu().numpy()
                rows.append(row)
        return np.concatenate(maps), np.concatenate(rows)

    def _tokens(self, phrase: str) -> tuple["Tensor", "Tensor"]:
        """Return token ids and attention mask, (1, length) each, padded to the text encoder's length."""
        length = int(self._model.config.text_config.max_position_embeddings)
        text = self._tokenizer(phrase, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
        return text.input_ids.to(self._model.device), text.attention_mask.to(self._model.device)
