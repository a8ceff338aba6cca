import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_training import NANO, sequence

from models.adapters.config import LoraSettings
from models.adapters.tensors import read_tensors, write_tensors
from models.animeshooter.model import AnimeShooter
from models.animeshooter.storage import CONDITIONER, load_model, pack_model, read_card, save_model
from pegbar.errors import IntegrityError, NotFoundError

WEIGHTS = CONDITIONER


@pytest.fixture
def saved(model: AnimeShooter, tmp_path: Path) -> Path:
    for part in ("mllm", "transformer"):
        model.add_lora(LoraSettings(part=part, rank=2, alpha=6))
    for name, value in model.named_parameters():
        if "lora_B" in name:
            value.data.normal_(0, 0.02)
    save_model(model, tmp_path / "model", stage="ip-lora", data_digest="d" * 64)
    return tmp_path / "model"


def test_a_model_comes_back_bit_for_bit_and_saves_the_same_bytes(
    model: AnimeShooter, saved: Path, base_folder: Path, tmp_path: Path
) -> None:
    loaded = load_model(saved, base_folder)
    told = [sequence("a fox", "a tree")]
    assert torch.equal(loaded.condition(told), model.condition(told))
    noisy, steps = torch.ones(2, *model.latent_shape), torch.tensor([10, 900])
    condition = model.condition(told)
    assert torch.equal(loaded.velocity(noisy, condition, steps), model.velocity(noisy, condition, steps))
    save_model(loaded, tmp_path / "again", stage="ip-lora", data_digest="d" * 64)
    for path in saved.rglob("*.*"):
        assert (tmp_path / "again" / path.relative_to(saved)).read_bytes() == path.read_bytes()


def test_a_packed_model_needs_nothing_beside_it(saved: Path, base_folder: Path, tmp_path: Path) -> None:
    packed = pack_model(saved, base_folder, tmp_path / "packed")
    shutil.rmtree(saved)
    assert load_model(packed).base_digest == read_card(packed).base_digest


def test_another_base_is_refused(saved: Path, tmp_path: Path) -> None:
    other = NANO.but(seed=5).build(tmp_path / "other")
    with pytest.raises(IntegrityError, match="trained on base"):
        load_model(saved, other)
    with pytest.raises(IntegrityError, match="not the base"):
        pack_model(saved, other, tmp_path / "packed")


def without_queries(path: Path) -> None:
    tensors, _ = read_tensors(path)
    del tensors["queries"]
    write_tensors(path, tensors, {})


def with_nan(path: Path) -> None:
    tensors, _ = read_tensors(path)
    tensors["queries"][3, 3] = float("nan")
    write_tensors(path, tensors, {})


def with_other_shape(path: Path) -> None:
    tensors, _ = read_tensors(path)
    write_tensors(path, tensors | {"queries": tensors["queries"][:5]}, {})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_queries, "do not fit|does not fit"),
        (with_other_shape, "does not fit"),
        (with_nan, "NaN or infinity in queries"),
        (lambda path: path.write_bytes(path.read_bytes()[:-100]), "not a whole safetensors"),
        (lambda path: path.write_bytes(b""), "not a whole safetensors"),
        (lambda path: path.unlink(), "not a whole safetensors"),
    ],
)
def test_damaged_weights_are_refused(
    saved: Path, base_folder: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(saved / WEIGHTS)
    with pytest.raises(IntegrityError, match=message):
        load_model(saved, base_folder)


def test_a_folder_that_is_no_model_or_no_base_is_named(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no model in"):
        load_model(tmp_path / "nothing")
    with pytest.raises(NotFoundError, match="not a base model"):
        load_model(saved)


def test_a_damaged_base_is_named(saved: Path, base_folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(base_folder, tmp_path / "broken")
    (broken / "mllm" / "model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(IntegrityError, match="does not load"):
        load_model(saved, broken)
