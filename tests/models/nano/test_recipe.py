import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.animeshooter.base import folder_digest
from models.nano.config import NanoConfig
from models.nano.recipe import mllm_tokenizer, noise_scheduler, text_tokenizer


def test_the_same_configuration_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    NanoConfig().build(tmp_path / "here")
    code = "import sys; from pathlib import Path; from models.nano.config import NanoConfig; "
    code += "NanoConfig().build(Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, env=environment)
    assert folder_digest(tmp_path / "here") == folder_digest(tmp_path / "there")


def test_another_seed_gives_other_weights_and_the_same_files(tmp_path: Path) -> None:
    first, second = NanoConfig().build(tmp_path / "a"), NanoConfig(seed=9).build(tmp_path / "b")
    names = [sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) for folder in (first, second)]
    assert names[0] == names[1]
    for weights in first.rglob("*.safetensors"):
        assert weights.read_bytes() != (second / weights.relative_to(first)).read_bytes()


def test_the_schedule_is_that_of_cogvideox_2b() -> None:
    schedule = noise_scheduler().alphas_cumprod
    assert [round(float(schedule[step]), 3) for step in (0, 250, 500, 750, 999)] == [0.997, 0.389, 0.095, 0.011, 0.0]
    assert float(schedule[999]) == 0.0


def test_known_words_are_one_token_and_unknown_ones_are_spelt() -> None:
    assert text_tokenizer(NanoConfig()).tokenize("A red fox") == ["▁A", "▁red", "▁fox"]
    assert mllm_tokenizer().tokenize(" A red fox") == ["ĠA", "Ġred", "Ġfox"]
    assert mllm_tokenizer().decode(mllm_tokenizer()(" Xylophön 3").input_ids) == " Xylophön 3"


@pytest.mark.parametrize("change", [{"mllm_hidden": 66}, {"vae_channels": (6, 8)}, {"text_dim": 30}])
def test_sizes_that_do_not_divide_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="divisible"):
        NanoConfig.model_validate(change)
