import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from models.adapters.config import LoraSettings
from models.adapters.files import DIFFUSERS_KEY, FILE_NAME, HEADER_KEY, load_adapter, read_header, save_adapter
from models.adapters.tensors import read_tensors, write_tensors
from models.animeshooter.base import load_base
from models.animeshooter.model import AnimeShooter
from pegbar.errors import ConfigurationError, IntegrityError

STEPS = torch.tensor([500])


@pytest.fixture
def adapter(model: AnimeShooter, tmp_path: Path) -> Path:
    """A trained-looking adapter of the video transformer, with alpha twice its rank."""
    model.add_lora(LoraSettings(part="transformer", rank=2, alpha=4))
    for name, value in model.transformer.named_parameters():
        if "lora_B" in name:
            value.data.normal_(0, 0.05)
    path = tmp_path / FILE_NAME
    header = model.loras["transformer"].model_copy(update={"stage": "ip-lora", "data_digest": "d"})
    save_adapter(model.transformer, path, header)
    return path


def predict(transformer: torch.nn.Module, model: AnimeShooter) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    noisy = torch.randn(1, *model.latent_shape, generator=generator)
    condition = torch.randn(1, 16, 32, generator=generator)
    with torch.no_grad():
        predicted: torch.Tensor = transformer(noisy, condition, STEPS, return_dict=False)[0]
    return predicted


def test_diffusers_opens_the_file_and_predicts_the_same(model: AnimeShooter, adapter: Path, base_folder: Path) -> None:
    pipeline = load_base(base_folder).pipeline
    before = predict(pipeline.transformer, model)
    pipeline.load_lora_weights(adapter.parent, adapter_name="ip")
    pipeline.transformer.eval()
    assert torch.equal(predict(pipeline.transformer, model), predict(model.transformer, model))
    assert not torch.equal(predict(pipeline.transformer, model), before)


def test_our_loader_gives_the_same_and_keeps_alpha(model: AnimeShooter, adapter: Path, base_folder: Path) -> None:
    base = load_base(base_folder)
    header = load_adapter(base.pipeline.transformer, adapter, part="transformer", base_digest=base.digest)
    assert (header.rank, header.alpha, header.stage) == (2, 4, "ip-lora")
    assert torch.equal(predict(base.pipeline.transformer, model), predict(model.transformer, model))


def rewrite(path: Path, change: Callable[[dict[str, torch.Tensor], dict[str, str]], None]) -> None:
    tensors, metadata = read_tensors(path)
    change(tensors, metadata)
    write_tensors(path, tensors, metadata)


def first_key(tensors: dict[str, torch.Tensor]) -> str:
    return sorted(tensors)[0]


def lose_one(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    del tensors[first_key(tensors)]


def add_one(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    tensors["transformer.proj_out.lora_A.weight"] = torch.zeros(2, 2)


def other_prefix(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    for key in list(tensors):
        tensors[key.replace("transformer.", "diffusion_model.", 1)] = tensors.pop(key)


def other_shape(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    tensors[first_key(tensors)] = tensors[first_key(tensors)][:1]


def not_a_number(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    tensors[first_key(tensors)][0, 0] = float("nan")


def lose_alpha(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    del metadata[DIFFUSERS_KEY]


def change_alpha(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    metadata[DIFFUSERS_KEY] = json.dumps(json.loads(metadata[DIFFUSERS_KEY]) | {"transformer.lora_alpha": 2})


def lose_header(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    del metadata[HEADER_KEY]


def break_header(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    metadata[HEADER_KEY] = metadata[HEADER_KEY][:-5]


def other_layers(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    header = json.loads(metadata[HEADER_KEY])
    header["target_modules"] = [name.replace("blocks.1", "blocks.99") for name in header["target_modules"]]
    metadata[HEADER_KEY] = json.dumps(header)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lose_one, "only in part: 1 missing"),
        (add_one, "only in part: 0 missing, 1 surplus"),
        (other_prefix, "only in part"),
        (other_shape, "of shape"),
        (not_a_number, "NaN"),
        (lose_alpha, "lost the alpha"),
        (change_alpha, "lost the alpha"),
        (lose_header, "not written by pegbar"),
        (break_header, "header that cannot be read"),
        (other_layers, "layers that this model does not have"),
    ],
)
def test_a_doubtful_adapter_is_refused_and_the_model_stays_as_it_was(
    adapter: Path,
    base_folder: Path,
    change: Callable[[dict[str, torch.Tensor], dict[str, str]], None],
    message: str,
) -> None:
    rewrite(adapter, change)
    base = load_base(base_folder)
    with pytest.raises(IntegrityError, match=message):
        load_adapter(base.pipeline.transformer, adapter, part="transformer", base_digest=base.digest)
    assert not [name for name, _ in base.pipeline.transformer.named_parameters() if "lora_" in name]


def test_another_base_and_another_part_are_refused(model: AnimeShooter, adapter: Path) -> None:
    with pytest.raises(IntegrityError, match="was trained on base"):
        load_adapter(model.transformer, adapter, part="transformer", base_digest="0" * 64)
    with pytest.raises(IntegrityError, match="is for the transformer"):
        load_adapter(model.mllm.model, adapter, part="mllm", base_digest=model.base_digest)


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"PK\x03\x04pickle", b"\xff" * 64])
def test_what_is_no_adapter_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "adapter.safetensors"
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="not a whole safetensors"):
        read_header(path)


def test_the_same_tensors_give_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    code = "import sys, torch; from pathlib import Path; from models.adapters.tensors import write_tensors; "
    code += "write_tensors(Path(sys.argv[1]), {'b': torch.ones(3), 'a': torch.zeros(2, 2)}, "
    code += "{key: key for key in ('one', 'two', 'three', 'four', 'five')})"
    for number in range(2):
        environment = os.environ | {"PYTHONHASHSEED": str(number)}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / str(number))], check=True, env=environment)
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()


def test_a_pattern_that_matches_nothing_or_is_none_is_refused(model: AnimeShooter) -> None:
    for pattern in ("no_such_layer", "("):
        with pytest.raises(ConfigurationError):
            model.add_lora(LoraSettings(part="transformer", target_modules=pattern))
    model.add_lora(LoraSettings(part="transformer", rank=2))
    with pytest.raises(ConfigurationError, match="has LoRA already"):
        model.add_lora(LoraSettings(part="transformer", rank=2))
