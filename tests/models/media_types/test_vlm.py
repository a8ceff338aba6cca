"""The vision-language backend: the probability of yes is the model's own, and a wrong folder is said as one."""

from pathlib import Path

import pytest
from drawn_styles import ink, night_cel
from transformers import BertConfig

from models.media_types import Question, VLMConfig
from pegbar.errors import ConfigurationError, IntegrityError, NotFoundError


def config_of(folder: Path) -> VLMConfig:
    return VLMConfig(path=folder, max_pixels=56 * 56)


def test_exchanging_the_answers_gives_the_rest_of_the_probability(vlm_folder: Path) -> None:
    config = config_of(vlm_folder)
    asked = config.build().animation_score([night_cel(0), ink(0)])
    turned = config.but(question=Question(yes="No", no="Yes")).build().animation_score([night_cel(0), ink(0)])
    assert asked is not None and turned is not None
    assert asked.value + turned.value == pytest.approx(1.0, abs=1e-6)
    assert asked.value != pytest.approx(0.5, abs=1e-9)


def test_a_film_s_score_is_the_mean_over_its_pictures(vlm_folder: Path) -> None:
    classifier = config_of(vlm_folder).build()
    scores = [classifier.animation_score(pictures) for pictures in ([ink(0)], [night_cel(0)], [ink(0), night_cel(0)])]
    values = [score.value for score in scores if score is not None]
    assert values[2] == pytest.approx((values[0] + values[1]) / 2, abs=1e-6)


def test_the_question_is_part_of_what_is_asked(vlm_folder: Path) -> None:
    config = config_of(vlm_folder)
    other = config.but(question=Question(version=2, text="Is the house large?"))
    assert config.build().animation_score([ink(0)]) != other.build().animation_score([ink(0)])
    assert other.build().version == 2


def test_a_missing_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="config.json is missing") as caught:
        config_of(tmp_path / "nowhere").build()
    assert "classical" in caught.value.remedy


def test_a_model_of_another_family_is_refused(tmp_path: Path) -> None:
    BertConfig().save_pretrained(tmp_path)
    with pytest.raises(ConfigurationError, match="'bert'"):
        config_of(tmp_path).build()


def test_damaged_weights_are_said_to_be_damaged(vlm_folder: Path, tmp_path: Path) -> None:
    for path in vlm_folder.iterdir():
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content[:1000] if path.suffix == ".safetensors" else content)
    with pytest.raises(IntegrityError, match="does not load"):
        config_of(tmp_path).build()


def test_answers_that_begin_alike_are_refused(vlm_folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="one token"):
        config_of(vlm_folder).but(question=Question(yes="Yes", no="Yes")).build()
