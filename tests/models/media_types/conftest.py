from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tiny_vlm import write_tiny_vlm


@pytest.fixture(scope="session")
def vlm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2.5-VL of the real classes, tiny and random, as `save_pretrained` leaves it."""
    return write_tiny_vlm(tmp_path_factory.mktemp("vlm"))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """At this size a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
