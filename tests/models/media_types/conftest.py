from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from models.nano.config import NanoConfig
from models.nano.recipe import language_model, mllm_tokenizer


@pytest.fixture(scope="session")
def vlm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2.5-VL of the real classes, tiny and random, as `save_pretrained` leaves it."""
    from transformers import Qwen2VLImageProcessorPil

    folder = tmp_path_factory.mktemp("vlm")
    tokenizer = mllm_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        language_model(NanoConfig(mllm_layers=1, vision_layers=1), tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    Qwen2VLImageProcessorPil().save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """At this size a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
