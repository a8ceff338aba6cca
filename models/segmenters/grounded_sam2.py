"""Grounding DINO finds boxes for phrases, SAM 2 (Ravi et al., 2024) through transformers the masks in them."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from models.segmenters.base import Mask, Pixels, SegmentRequest
from models.segmenters.competition import (
    CompetitionConfig,
    Probabilities,
    box_overlaps,
    claims,
    enlarged,
    first_ones_pixels,
)
from models.segmenters.grounding_dino import Boxes, GroundingDino
from models.segmenters.phrases import PhraseConfig, phrases_of
from models.segmenters.pretrained import Precision, Wanted, load_model, side_of, square_input
from pegbar.config import Config

WANTED = Wanted("SAM 2 model", ("sam2", "sam2_video"))  # the released weights hold the tracker too
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class GroundedSam2Config(Config):
    """Two folders as `save_pretrained` leaves them.

    Args:
        detector_path: of Grounding DINO: model, tokenizer and image processor.
        masker_path: of SAM 2: the model.
        min_score: probability of a phrase's likeliest word, from which a box is taken for it.
    """

    kind: Literal["grounded_sam2"] = "grounded_sam2"
    detector_path: Path
    masker_path: Path
    phrase: PhraseConfig = PhraseConfig()
    competition: CompetitionConfig = CompetitionConfig()
    min_score: float = Field(default=0.3, gt=0, le=1)
    precision: Precision = "float32"
    device: str = "cpu"

    def build(self) -> "GroundedSam2Segmenter":
        """Load both models.

        Raises:
            NotFoundError, ConfigurationError, IntegrityError: see `load_model`.
        """
        return GroundedSam2Segmenter(self)


class GroundedSam2Segmenter:
    """Asks for the phrases of all characters the shot lists at once; each box goes to one of them."""

    name = "grounded_sam2"
    version = 1

    def __init__(self, config: GroundedSam2Config) -> None:
        from transformers import Sam2Model

        self._config = config
        self._detector = GroundingDino(config.detector_path, config.precision, config.device)
        self._masker: Any = load_model(config.masker_path, WANTED, Sam2Model, config.precision, config.device)

    def segment(self, request: SegmentRequest) -> list[Mask | None]:
        """Return one raw mask per target, of the frame's size, or None where the character is not found."""
        phrases = phrases_of((request.subject, *request.others), self._config.phrase)
        return [self._cut(request.frames[target], phrases) for target in request.targets]

    def _cut(self, frame: Pixels, phrases: tuple[str, ...]) -> Mask | None:
        boxes, scores = self._detector.find(frame, phrases, self._config.min_score)
        claimed = claims(scores, box_overlaps(boxes), self._config.competition)
        if not claimed:
            return None
        maps = self._maps(frame, boxes[[claim.finding for claim in claimed]])
        return first_ones_pixels(maps, claimed, self._config.competition.mask_threshold)

    def _maps(self, frame: Pixels, boxes: Boxes) -> list[Probabilities]:
        """Return for each box how likely a pixel is its thing's, at the frame's size."""
        import torch

        side = side_of(self._masker.config.vision_config.backbone_config.image_size)
        model = self._masker
        corners = torch.from_numpy(boxes * np.float32(side))[None].to(model.device, model.dtype)
        pixels = square_input(frame, side, MEAN, SPREAD).to(model.device, model.dtype)
        with torch.inference_mode():
            logits = model(pixel_values=pixels, input_boxes=corners, multimask_output=False).pred_masks
        height, width = frame.shape[:2]
        return [enlarged(one.float().sigmoid().cpu().numpy(), width, height) for one in logits[0, :, 0]]
