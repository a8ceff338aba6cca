"""SAM 3: what goes in, what is made of what comes out, and folders that are not one."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig

from models.segmenters import Pixels, Sam3Config, SegmentRequest, Subject
from models.segmenters.pretrained import square_input
from models.segmenters.sam3 import Sam3Segmenter
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError

FRAME: Pixels = np.zeros((48, 96, 3), np.uint8)
FOX, OWL = Subject("Rufus", "A red fox."), Subject("Ona", "A grey owl.")
LEFT, RIGHT = (0, 2), (2, 4)
Instance = tuple[float, tuple[int, int]]


def copied(source: Path, target: Path) -> Path:
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def answering(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answers: Sequence[Sequence[Instance]], presence: float = 1.0
) -> Sam3Segmenter:
    """A segmenter whose model finds, phrase after phrase, instances with these scores in these columns of four."""
    segmenter = Sam3Config(path=folder).build()
    replies = iter(answers)

    def answer(**_: object) -> SimpleNamespace:
        instances = next(replies)
        masks = torch.full((1, len(instances), 4, 4), -20.0)
        for number, (_score, (first, behind)) in enumerate(instances):
            masks[0, number, :, first:behind] = 20.0
        scores = torch.tensor([[score for score, _columns in instances]])
        return SimpleNamespace(
            pred_masks=masks, pred_logits=scores.logit(), presence_logits=torch.tensor([[presence]]).logit()
        )

    monkeypatch.setattr(segmenter._model, "forward", answer)
    return segmenter


def columns_of(segmenter: Sam3Segmenter, *others: Subject) -> list[int] | None:
    (mask,) = segmenter.segment(SegmentRequest((FRAME,), (0,), FOX, others))
    return None if mask is None else sorted(set(np.flatnonzero(mask.any(axis=0)) // 24))


def test_of_two_characters_each_gets_its_own(sam3_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = [[(0.9, LEFT), (0.6, RIGHT)], [(0.6, LEFT), (0.7, RIGHT)]]
    assert columns_of(answering(sam3_folder, monkeypatch, both), OWL) == [0, 1]
    assert columns_of(answering(sam3_folder, monkeypatch, both[::-1]), OWL) == [2, 3]


def test_what_another_fits_better_is_not_the_character(sam3_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns_of(answering(sam3_folder, monkeypatch, [[(0.6, LEFT)], [(0.9, LEFT)]]), OWL) is None


@pytest.mark.parametrize(("score", "presence"), [(0.9, 0.5), (0.45, 1.0)])
def test_what_scores_too_little_is_not_found(
    sam3_folder: Path, monkeypatch: pytest.MonkeyPatch, score: float, presence: float
) -> None:
    assert columns_of(answering(sam3_folder, monkeypatch, [[(score, LEFT)]], presence)) is None


def test_frames_go_in_stretched_and_between_minus_one_and_one() -> None:
    frame = np.full((3, 5, 3), (0, 51, 255), np.uint8)
    made = square_input(frame, 8, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    assert made.shape == (1, 3, 8, 8)
    assert made[0, :, 4, 4].tolist() == pytest.approx([-1, -0.6, 1])


def test_the_release_with_a_tracker_beside_the_detector_is_the_same_model(sam3_folder: Path, tmp_path: Path) -> None:
    copied(sam3_folder, tmp_path)
    weights = {f"detector_model.{name}": value for name, value in load_file(tmp_path / "model.safetensors").items()}
    save_file(weights | {"tracker_model.more": torch.zeros(2)}, tmp_path / "model.safetensors", {"format": "pt"})
    inner = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "sam3_video", "detector_config": inner}))
    one, other = (Sam3Config(path=path).build()._model.state_dict() for path in (sam3_folder, tmp_path))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_missing_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="config.json is missing") as caught:
        Sam3Config(path=tmp_path / "nowhere").build()
    assert "classical" in caught.value.remedy


def test_a_model_of_another_family_is_refused(tmp_path: Path) -> None:
    BertConfig().save_pretrained(tmp_path)
    with pytest.raises(ConfigurationError, match="'bert'"):
        Sam3Config(path=tmp_path).build()


def test_a_device_that_is_not_there_is_refused(sam3_folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="'cuda:99'"):
        Sam3Config(path=sam3_folder, device="cuda:99").build()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model_type": "sam3", "vision_config": 3}'])
def test_a_damaged_configuration_is_said_to_be_damaged(sam3_folder: Path, tmp_path: Path, text: str) -> None:
    (copied(sam3_folder, tmp_path) / "config.json").write_text(text)
    with pytest.raises((IntegrityError, ConfigurationError)):
        Sam3Config(path=tmp_path).build()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_torn_file_is_said_to_be_damaged(sam3_folder: Path, tmp_path: Path, name: str) -> None:
    path = copied(sam3_folder, tmp_path) / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(IntegrityError, match="does not load"):
        Sam3Config(path=tmp_path).build()


def test_weights_that_are_not_there_are_not_drawn_by_chance(sam3_folder: Path, tmp_path: Path) -> None:
    path = copied(sam3_folder, tmp_path) / "model.safetensors"
    weights = load_file(path)
    gone = "text_projection.weight"
    save_file({name: value for name, value in weights.items() if name != gone}, path, {"format": "pt"})
    with pytest.raises(IntegrityError, match=gone):
        Sam3Config(path=tmp_path).build()


def test_a_pickle_is_not_read(sam3_folder: Path, tmp_path: Path) -> None:
    path = copied(sam3_folder, tmp_path) / "model.safetensors"
    torch.save(load_file(path), tmp_path / "pytorch_model.bin")
    path.unlink()
    with pytest.raises(IntegrityError):
        Sam3Config(path=tmp_path).build()
