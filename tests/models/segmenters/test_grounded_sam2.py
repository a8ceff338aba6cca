"""Grounding DINO and SAM 2 together: how phrases are laid out, scored, and turned into one character's mask."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from models.segmenters import GroundedSam2Config, Pixels, SegmentRequest, Subject
from models.segmenters.grounding_dino import Prompt, phrase_scores, prompts_of
from pegbar.errors import ConfigurationError, IntegrityError

FRAME: Pixels = np.zeros((48, 96, 3), np.uint8)
FOX, OWL = Subject("Rufus", "Red fox."), Subject("Ona", "Grey owl.")
ENDS = (101, 1012, 102)


@pytest.fixture
def config(detector_folder: Path, sam2_folder: Path) -> GroundedSam2Config:
    return GroundedSam2Config(detector_path=detector_folder, masker_path=sam2_folder)


def test_phrases_are_laid_out_as_the_tokenizer_lays_out_a_list_parted_by_stops(detector_folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(detector_folder)
    words = [tokenizer(phrase, add_special_tokens=False).input_ids for phrase in ("red fox", "grey owl")]
    (prompt,) = prompts_of(words, 64, ENDS)
    assert prompt.ids == tokenizer("red fox. grey owl.").input_ids
    assert prompt.spans == {0: (1, 7), 1: (8, 15)}


def test_what_does_not_fit_goes_into_another_prompt_and_what_never_fits_is_cut() -> None:
    prompts = prompts_of([[1, 2], [3, 4], [5] * 9], 8, ENDS)
    assert prompts == [
        Prompt([101, 1, 2, 1012, 3, 4, 1012, 102], {0: (1, 3), 1: (4, 6)}),
        Prompt([101, 5, 5, 5, 5, 5, 1012, 102], {2: (1, 6)}),
    ]


def test_a_box_needs_one_likely_word_and_fits_by_all_of_them() -> None:
    odds = [[0, 0.8, 0.2, 0, 0.3], [0, 0.4, 0.4, 0, 0.9]]
    logits = torch.tensor([[math.log(p / (1 - p)) if p else -math.inf for p in row] for row in odds])
    scores = phrase_scores(logits, Prompt([101, 7, 8, 1012, 9], {0: (1, 3), 2: (4, 5)}), 3, 0.5)
    assert scores == pytest.approx(np.array([[0.5, 0, 0], [0, 0, 0.9]]), abs=1e-6)


def test_boxes_go_to_characters_and_masks_come_from_their_boxes(
    config: GroundedSam2Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    segmenter = config.build()
    asked: list[list[list[float]]] = []

    def boxes(input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        # Left box: fox 0.9, owl 0.4; right box: fox 0.7, owl 0.6. "redfox" is tokens 1 to 6, "greyowl" 8 to 14.
        fits = torch.full((1, 2, 64), 0.01)
        fits[0, 0, 1:7], fits[0, 0, 8:15] = 0.9, 0.4
        fits[0, 1, 1:7], fits[0, 1, 8:15] = 0.7, 0.6
        centres = torch.tensor([[[0.25, 0.5, 0.5, 1.0], [0.75, 0.5, 0.5, 1.0]]])
        return SimpleNamespace(logits=fits.logit(), pred_boxes=centres)

    def masks(input_boxes: torch.Tensor, **_: object) -> SimpleNamespace:
        asked.append(input_boxes[0].tolist())
        logits = torch.full((1, input_boxes.shape[1], 1, 4, 4), -20.0)
        for number, (left, _top, right, _bottom) in enumerate(input_boxes[0].tolist()):
            logits[0, number, 0, :, int(left / 16) : int(right / 16)] = 20.0
        return SimpleNamespace(pred_masks=logits)

    monkeypatch.setattr(segmenter._detector._model, "forward", boxes)
    monkeypatch.setattr(segmenter._masker, "forward", masks)
    (mask,) = segmenter.segment(SegmentRequest((FRAME,), (0,), FOX, (OWL,)))
    assert asked == [[[0, 0, 32, 64], [32, 0, 64, 64]]]
    assert mask is not None
    assert mask.shape == (48, 96)
    assert set(np.flatnonzero(mask.any(axis=0))) == set(range(48))


def test_without_a_box_no_mask_is_asked_for(config: GroundedSam2Config, monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = config.but(min_score=1.0).build()

    def never(**_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(segmenter._masker, "forward", never)
    assert segmenter.segment(SegmentRequest((FRAME, FRAME), (0, 1), FOX, (OWL,))) == [None, None]


def test_folders_given_the_wrong_way_round_are_refused(detector_folder: Path, sam2_folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="'sam2'"):
        GroundedSam2Config(detector_path=sam2_folder, masker_path=detector_folder).build()


def test_another_model_s_tokenizer_is_refused(config: GroundedSam2Config, sam3_folder: Path, tmp_path: Path) -> None:
    for path in config.detector_path.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for path in sam3_folder.glob("tokenizer*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ConfigurationError, match="tokenizer"):
        config.but(detector_path=tmp_path).build()


def test_a_detector_without_its_image_processor_is_damaged(config: GroundedSam2Config, tmp_path: Path) -> None:
    for path in config.detector_path.iterdir():
        if path.name != "preprocessor_config.json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(IntegrityError, match="image processor"):
        config.but(detector_path=tmp_path).build()
